import type { PreparedMessage } from './mail-store.ts';

/** A folder of the place that mail is brought from. */
export interface SourceFolder {
  /** As the source names it, with `/` between levels: what `--folder-map` and the summary call it. */
  readonly path: string;
  /** An attribute of RFC 6154 that the source gives it, such as `\Sent`. */
  readonly specialUse?: string | undefined;
  /** Undefined where the source keeps no subscriptions. */
  readonly subscribed: boolean | undefined;
  /** Of the source; undefined where it has none, and then its messages have no UID. */
  readonly uidValidity?: number | undefined;
  /** The next UID that the source will give: those below it are taken, also of messages that are gone. */
  readonly uidNext?: number | undefined;
  /** How many messages it holds, as far as that is known beforehand. */
  readonly messages: number;
}

export interface SourceMessage {
  /** Names the message in its folder, the same on every run. */
  readonly item: string;
  /** Where a person finds it in the source. */
  readonly place: string;
  readonly uid?: number | undefined;
  /** Bits of `flagBit`. */
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly internalDate: Date | undefined;
  /** Octets. */
  readonly size: number;
  /** Absent when it is larger than what was asked for. */
  readonly bytes: Buffer | undefined;
}

export interface ReadFolder {
  /** Messages that need not be read again. */
  readonly known: ReadonlySet<string>;
  /** Only what came in then or later. */
  readonly since: Date | undefined;
  readonly messageBytesMax: number;
}

/** What could not be read, in the source's own words. */
export interface SourceProblem {
  readonly place: string;
  readonly reason: string;
}

/** A place that mail is brought from. It is read only. */
export interface ImportSource {
  /** The same on every run: with it the state of an import is found again. */
  readonly name: string;
  folders(): Promise<readonly SourceFolder[]>;
  /** In the order of UIDs, or of arrival. What comes out is held in memory only until the next is asked for. */
  messages(folder: SourceFolder, input: ReadFolder): AsyncIterable<SourceMessage>;
  /** What was left out so far and why; asked for at the end. */
  problems(): readonly SourceProblem[];
  close(): Promise<void>;
}

export interface OpenImport {
  readonly source: string;
  readonly folder: SourceFolder;
  /** The hub's mailbox, which exists. */
  readonly mailboxId: string;
}

export interface OpenedImport {
  readonly id: string;
  /** Nothing was brought from there before. */
  readonly isNew: boolean;
  /** Messages that were filed or refused for good by an earlier run. */
  readonly known: ReadonlySet<string>;
}

export interface ImportedMessage {
  readonly item: string;
  readonly place: string;
  readonly uid: number | undefined;
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly internalDate: Date;
  readonly message: PreparedMessage;
}

export type ImportRefusal = 'secret_content' | 'message_too_large';

export interface RefusedMessage {
  readonly item: string;
  readonly place: string;
  readonly refusal: ImportRefusal;
}

export interface ImportBatch {
  readonly importId: string;
  readonly uidNext: number | undefined;
  readonly messages: readonly ImportedMessage[];
  readonly refused: readonly RefusedMessage[];
}

export interface FiledBatch {
  readonly filed: number;
  /** False when the mailbox gives UIDs of its own. */
  readonly keepsUids: boolean;
  /** Keywords that no mailbox of the hub may have. */
  readonly droppedKeywords: readonly string[];
}

/** What was brought into the mailboxes of one account, and how it is filed. */
export interface MailImports {
  /** What an earlier run brought; undefined when there was none. Writes nothing. */
  find(input: Omit<OpenImport, 'mailboxId'>): Promise<OpenedImport | undefined>;
  open(input: OpenImport): Promise<OpenedImport>;
  /**
   * Files a batch and remembers it, in one commit with its log row. What an earlier batch brought is left out. Throws
   * `over_quota`, and then nothing of the batch is written.
   */
  file(batch: ImportBatch): Promise<FiledBatch>;
  /** Every message of the source that was refused, by this run or an earlier one. */
  refused(source: string): Promise<readonly (RefusedMessage & { readonly folder: string })[]>;
  quota(): Promise<{ readonly usedBytes: number; readonly quotaBytes: number }>;
}
