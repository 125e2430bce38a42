import type { MailAccess, Mailbox } from '#app/ports/mail.ts';
import type {
  ImportedMessage,
  ImportRefusal,
  ImportSource,
  MailImports,
  OpenedImport,
  RefusedMessage,
  SourceFolder,
  SourceMessage,
  SourceProblem,
} from '#app/ports/mail-import.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import { importedPath, targetsOf } from '#domain/mail/import-folder.ts';

/** A commit's worth: what is held in memory, and what a kill makes read again. */
const batchMessagesMax = 250;
const batchOctetsMax = 16 * 1024 ** 2;

export interface ImportPorts {
  readonly access: Pick<MailAccess, 'list' | 'create' | 'subscribe'>;
  readonly imports: MailImports;
  /** As for APPEND. */
  readonly prepare: (bytes: Buffer) => Promise<PreparedMessage>;
  readonly clock: Clock;
  readonly progress: ImportProgress;
}

export interface ImportProgress {
  /** So many messages are expected in all, as far as is known. */
  expect(messages: number): void;
  /** So many more were dealt with. */
  advance(messages: number, octets: number, folder: string): void;
}

export interface ImportMail {
  readonly source: ImportSource;
  /** From a folder's path in the source to the hub's. */
  readonly folderMap: ReadonlyMap<string, string>;
  readonly since: Date | undefined;
  /** Reads and checks everything and writes nothing. */
  readonly dryRun: boolean;
  readonly messageBytesMax: number;
}

export interface ImportedFolder {
  readonly from: string;
  readonly to: string;
  /** Filed now, or would be. */
  filed: number;
  octets: number;
  /** Brought by an earlier run. */
  before: number;
  /** Undefined where the source has no UIDs. */
  keepsUids: boolean | undefined;
}

export interface ImportSummary {
  readonly folders: readonly ImportedFolder[];
  /** By this run and earlier ones. */
  readonly refused: readonly (RefusedMessage & { readonly folder: string })[];
  /** Messages that could not be looked into in time: none is stored, and another run tries them again. */
  readonly failed: readonly SourceProblem[];
  readonly problems: readonly SourceProblem[];
  /** Why the import ended before its end; what was filed stays, and another run goes on. */
  readonly stopped: HubError | undefined;
}

interface Run {
  readonly ports: ImportPorts;
  readonly input: ImportMail;
  readonly folders: ImportedFolder[];
  readonly refused: (RefusedMessage & { readonly folder: string })[];
  readonly failed: SourceProblem[];
  readonly problems: SourceProblem[];
  readonly mailboxes: Map<string, Mailbox>;
}

/**
 * Brings the mail of another place into an account's mailboxes, with flags, keywords, dates, folders, subscriptions and,
 * where a mailbox is new, UIDs. Each batch is one commit with what is needed to go on after it, so a run that was
 * killed is run again and doubles nothing. What comes in this way is no delivery: no rule, absence reply, receipt or
 * notice follows from it; sessions learn of it as of any change of a mailbox.
 */
export async function importMail(ports: ImportPorts, input: ImportMail): Promise<ImportSummary> {
  const found = await input.source.folders();
  const mailboxes = new Map((await ports.access.list()).map((mailbox) => [mailbox.path, mailbox]));
  const run: Run = { ports, input, folders: [], refused: [], failed: [], problems: [], mailboxes };
  const ownPaths = new Map(
    [...mailboxes.values()].flatMap(({ specialUse, path }) =>
      specialUse === undefined ? [] : [[specialUse, path] as const],
    ),
  );
  for (const named of input.folderMap.keys())
    if (!found.some(({ path }) => path === named || path.startsWith(`${named}/`)))
      run.problems.push({ place: named, reason: 'folder_map_names_no_folder' });
  const targets = targetsOf(found, { ownPaths, folderMap: input.folderMap });
  ports.progress.expect(
    found.reduce((sum, { path, messages }) => sum + (targets.get(path) === undefined ? 0 : messages), 0),
  );
  let stopped: HubError | undefined;
  try {
    for (const folder of found) await importOne(run, folder, targets.get(folder.path));
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    stopped = error;
  }
  return {
    folders: run.folders,
    refused: input.dryRun ? run.refused : await ports.imports.refused(input.source.name),
    failed: run.failed,
    problems: [...run.problems, ...input.source.problems(), ...(input.dryRun ? await quotaProblem(run) : [])],
    stopped,
  };
}

async function importOne(run: Run, folder: SourceFolder, target: string | undefined): Promise<void> {
  if (target === undefined) {
    run.problems.push({ place: folder.path, reason: 'view_of_other_folders' });
    return;
  }
  let path: string;
  try {
    path = importedPath(target);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    run.problems.push({ place: folder.path, reason: error.code });
    return;
  }
  const counted: ImportedFolder = {
    from: folder.path,
    to: path,
    filed: 0,
    octets: 0,
    before: 0,
    keepsUids: undefined,
  };
  run.folders.push(counted);
  const opened = run.input.dryRun
    ? await run.ports.imports.find({ source: run.input.source.name, folder })
    : await openFolder(run, folder, path);
  await readFolder(run, folder, counted, opened);
}

/** Makes the mailbox where it is missing. Subscriptions are those of the source the first time, and the person's after. */
async function openFolder(run: Run, folder: SourceFolder, path: string): Promise<OpenedImport> {
  const { access, imports } = run.ports;
  const mailbox = run.mailboxes.get(path) ?? (await access.create(path, undefined));
  for (const each of await access.list()) run.mailboxes.set(each.path, each);
  const opened = await imports.open({ source: run.input.source.name, folder, mailboxId: mailbox.id });
  if (opened.isNew && folder.subscribed !== undefined) await access.subscribe(path, folder.subscribed);
  return opened;
}

async function readFolder(
  run: Run,
  folder: SourceFolder,
  counted: ImportedFolder,
  opened: OpenedImport | undefined,
): Promise<void> {
  const { source, since, messageBytesMax, dryRun } = run.input;
  const known = opened?.known ?? new Set<string>();
  counted.before = known.size;
  run.ports.progress.advance(Math.min(known.size, folder.messages), 0, folder.path);
  const batch = { messages: [] as ImportedMessage[], refused: [] as RefusedMessage[], octets: 0 };
  const flush = async (uidNext: number | undefined): Promise<void> => {
    const octets = batch.messages.reduce((sum, { message }) => sum + message.bytes.length, 0);
    if (opened !== undefined && !dryRun) {
      const filed = await run.ports.imports.file({ importId: opened.id, uidNext, ...batch });
      counted.filed += filed.filed;
      counted.keepsUids = folder.uidValidity === undefined ? undefined : filed.keepsUids;
      for (const keyword of filed.droppedKeywords) dropKeyword(run, folder, keyword);
    } else counted.filed += batch.messages.length;
    counted.octets += octets;
    run.refused.push(...batch.refused.map((each) => ({ ...each, folder: folder.path })));
    run.ports.progress.advance(batch.messages.length + batch.refused.length, octets, folder.path);
    batch.messages.length = 0;
    batch.refused.length = 0;
    batch.octets = 0;
  };
  for await (const message of source.messages(folder, { known, since, messageBytesMax })) {
    const prepared = await prepareOne(run, message);
    if (prepared === undefined) continue;
    if (typeof prepared === 'string') {
      const { item, place } = message;
      batch.refused.push({ item, place, refusal: prepared });
    } else {
      batch.messages.push(prepared);
      batch.octets += prepared.message.bytes.length;
    }
    const count = batch.messages.length + batch.refused.length;
    if (count >= batchMessagesMax || batch.octets >= batchOctetsMax) await flush(undefined);
  }
  await flush(folder.uidNext);
}

/** The message as it will be filed, why it will never be, or undefined when it may be another time. */
async function prepareOne(
  run: Run,
  source: SourceMessage,
): Promise<ImportedMessage | ImportRefusal | undefined> {
  if (source.bytes === undefined) return 'message_too_large';
  const message = await run.ports.prepare(source.bytes);
  if (message.secretStamp !== undefined) return 'secret_content';
  // What cannot be looked at must not be kept (architecture.md §6).
  if (message.structure === undefined) {
    run.failed.push({ place: source.place, reason: 'not_read_in_time' });
    return undefined;
  }
  const { item, place, uid, flags, keywords } = source;
  const internalDate =
    storableDate(source.internalDate) ?? storableDate(message.sentAt) ?? run.ports.clock.now();
  return { item, place, uid, flags, keywords, internalDate, message };
}

/** A year of four digits, as INTERNALDATE has it (RFC 9051, date-year). */
function storableDate(date: Date | undefined): Date | undefined {
  const year = date?.getUTCFullYear() ?? Number.NaN;
  return year >= 1 && year <= 9998 ? date : undefined;
}

function dropKeyword(run: Run, { path }: SourceFolder, keyword: string): void {
  const reason = `keyword_dropped ${keyword}`;
  if (!run.problems.some((known) => known.place === path && known.reason === reason))
    run.problems.push({ place: path, reason });
}

async function quotaProblem(run: Run): Promise<readonly SourceProblem[]> {
  const { usedBytes, quotaBytes } = await run.ports.imports.quota();
  const octets = run.folders.reduce((sum, folder) => sum + folder.octets, 0);
  return usedBytes + octets <= quotaBytes
    ? []
    : [{ place: '-', reason: `over_quota ${usedBytes + octets - quotaBytes}` }];
}
