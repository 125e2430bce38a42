import type { FlagChange, FlagOperation, MailboxTruth } from './mailbox-truth.ts';
import type { Random } from './random.ts';
import type { SessionView } from './session-view.ts';
import type { StateCommand } from './state-command.ts';
import { numberSet } from './untagged.ts';

const flagNames = [
  String.raw`\Seen`,
  String.raw`\Flagged`,
  String.raw`\Answered`,
  String.raw`\Deleted`,
  '$Viec',
  'Rieng',
];

export interface Chosen {
  readonly uids: readonly number[];
  readonly byUid: boolean;
  /** As it is written in the command. */
  readonly set: string;
}

/** A few messages whose UIDs the session knows, named by UID or by sequence number. */
export function chooseMessages(view: SessionView, random: Random, byUid: boolean): Chosen | undefined {
  const known = view.messages.flatMap(({ uid }, at) =>
    uid === undefined ? [] : [{ uid, sequence: at + 1 }],
  );
  if (known.length === 0) return undefined;
  const from = random.below(known.length);
  const some = known.slice(from, from + 1 + random.below(4));
  return {
    uids: some.map(({ uid }) => uid),
    byUid,
    set: some.map(({ uid, sequence }) => (byUid ? uid : sequence)).join(','),
  };
}

/** STORE in all its forms, remembered for each message as something that may have changed it. */
export function storeCommand(
  view: SessionView,
  random: Random,
  options: { readonly byUid: boolean; readonly knowsModseq: boolean },
): StateCommand | undefined {
  const chosen = chooseMessages(view, random, options.byUid);
  if (chosen === undefined) return undefined;
  const change = random.pick<FlagChange>(['add', 'add', 'remove', 'replace']);
  const flags = [...new Set([random.pick(flagNames), random.pick(flagNames)])];
  const silent = random.chance(25);
  const unchangedSince =
    options.knowsModseq && random.chance(15) && view.highestModseq > 0 ? view.highestModseq : undefined;
  const operations = remember(view.truth, chosen.uids, { change, flags, unchangedSince });
  const condition = unchangedSince === undefined ? '' : `(UNCHANGEDSINCE ${unchangedSince}) `;
  const sign = { add: '+', remove: '-', replace: '' }[change];
  return {
    text: `${options.byUid ? 'UID ' : ''}STORE ${chosen.set} ${condition}${sign}FLAGS${silent ? '.SILENT' : ''} (${flags.join(' ')})`,
    mayExpunge: options.byUid,
    begin(now) {
      if (!silent) return;
      // The server does not say what they are now.
      for (const message of now?.messages ?? [])
        if (message.uid !== undefined && chosen.uids.includes(message.uid)) message.flags = undefined;
    },
    hear(told) {
      if (told.kind !== 'fetch' || told.message.uid === undefined || told.message.modseq === undefined)
        return;
      const operation = operations.get(told.message.uid);
      // The first answer is the command's own; what follows are other people's changes.
      if (operation !== undefined) operation.modseq ??= told.message.modseq;
    },
    end({ code }) {
      const [name, set = ''] = code?.split(' ') ?? [];
      if (name !== 'MODIFIED') return;
      const refused = new Set(
        numberSet(set).map((number) =>
          options.byUid ? number : chosen.uids[chosen.set.split(',').indexOf(String(number))],
        ),
      );
      // What was refused has changed nothing, whatever MODSEQ was told meanwhile.
      for (const [uid, operation] of operations) if (refused.has(uid)) forget(view.truth, uid, operation);
    },
  };
}

function remember(
  truth: MailboxTruth,
  uids: readonly number[],
  input: {
    readonly change: FlagChange;
    readonly flags: readonly string[];
    readonly unchangedSince: number | undefined;
  },
): Map<number, FlagOperation> {
  const { unchangedSince, ...rest } = input;
  const operations = new Map<number, FlagOperation>();
  for (const uid of uids) {
    const message = truth.message(uid);
    const operation: FlagOperation = {
      ...rest,
      modseq: undefined,
      ...(unchangedSince === undefined ? {} : { unchangedSince }),
    };
    if (input.change !== 'remove' && input.flags.includes(String.raw`\Deleted`)) {
      message.isDeletable = true;
      message.mayBeGone = true;
    }
    message.operations.push(operation);
    operations.set(uid, operation);
  }
  return operations;
}

function forget(truth: MailboxTruth, uid: number, operation: FlagOperation): void {
  const { operations } = truth.message(uid);
  operations.splice(operations.indexOf(operation), 1);
}
