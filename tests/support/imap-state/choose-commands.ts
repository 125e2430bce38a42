import { storeCommand } from './flag-commands.ts';
import { appendCommand, expungeCommand, transferCommand } from './message-commands.ts';
import type { Random } from './random.ts';
import {
  fetchBodyCommand,
  fetchFlagsCommand,
  listCommand,
  searchCommand,
  searchTokenCommand,
  statusCommand,
} from './reading-commands.ts';
import type { SessionView } from './session-view.ts';
import type { StateCommand } from './state-command.ts';
import type { StateSession } from './state-session.ts';

/** Above it, messages are taken out more often than put in. */
const comfortableCount = 40;
const pipelineMax = 4;

/**
 * One to four commands that are sent together. By sequence number are only those before the first that may bring an
 * EXPUNGE: what a number means after it is the server's secret (RFC 9051, section 5.5).
 */
export function chooseCommands(
  session: StateSession,
  view: SessionView,
  random: Random,
): readonly StateCommand[] {
  const commands: StateCommand[] = [];
  const count = random.chance(60) ? 1 : 1 + random.below(pipelineMax);
  let isClear = true;
  for (let at = 0; at < count; at += 1) {
    const command: StateCommand = chooseCommand(session, view, random, isClear) ?? {
      text: 'NOOP',
      mayExpunge: true,
    };
    commands.push(command);
    isClear &&= !command.mayExpunge;
  }
  return commands;
}

function chooseCommand(
  session: StateSession,
  view: SessionView,
  random: Random,
  isClear: boolean,
): StateCommand | undefined {
  const { truth, readOnly } = session;
  const byUid = !isClear || random.chance(50);
  const knowsModseq = session.door.enable !== 'nothing';
  const kind = random.pick(kindsFor(view.messages.length));
  switch (kind) {
    case 'noop':
      return undefined;
    case 'list':
      return listCommand();
    case 'flags':
      return fetchFlagsCommand(view, random, byUid);
    case 'body':
      return readOnly ? undefined : fetchBodyCommand(truth, view, random);
    case 'search':
      return searchCommand(random, byUid);
    case 'token':
      return searchTokenCommand(view, random);
    case 'status':
      return statusCommand(truth, random);
    case 'append':
      return appendCommand(truth, random);
    case 'store':
      return readOnly ? undefined : storeCommand(view, random, { byUid, knowsModseq });
    case 'copy':
      return transferCommand(truth, view, random, { byUid, moves: false });
    case 'move':
      return readOnly ? undefined : transferCommand(truth, view, random, { byUid, moves: true });
    case 'expunge':
      return readOnly ? undefined : expungeCommand(view, random);
  }
}

const shares = {
  noop: 10,
  list: 10,
  flags: 12,
  body: 8,
  search: 10,
  token: 4,
  status: 4,
  append: 8,
  store: 20,
  copy: 4,
  move: 4,
  expunge: 6,
} as const;

type Kind = keyof typeof shares;

function kindsOf(weights: Readonly<Record<Kind, number>>): readonly Kind[] {
  return Object.entries(weights).flatMap(([kind, share]) =>
    Array.from({ length: share }, () => kind as Kind),
  );
}

const growing = kindsOf(shares);
const shrinking = kindsOf({ ...shares, append: 2, copy: 1, expunge: 16 });

function kindsFor(count: number): readonly Kind[] {
  return count > comfortableCount ? shrinking : growing;
}
