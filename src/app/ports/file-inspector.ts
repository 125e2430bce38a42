import type { FileFlag } from '#domain/attachment/attachment.ts';
import type { FoundType } from '#domain/attachment/file-type.ts';

/** What was learned of a file before it is taken. */
export interface Inspection {
  readonly found: FoundType;
  /** The stamp that forbids it (MẬT, TỐI MẬT, TUYỆT MẬT), in it or in a file inside it. */
  readonly stamp: string | undefined;
  /** Its text layer, and that of the files inside it; '' where it has none. */
  readonly text: string;
  readonly flags: readonly FileFlag[];
  /** An archive that unpacks to more than anybody should open. */
  readonly beyondLimits: boolean;
}

/** Octets that lie outside the database until they may be taken, readable once or more from their start. */
export interface SpooledFile {
  /** Octets. */
  readonly size: number;
  read(): AsyncIterable<Buffer>;
}

/** Looks into files, in threads of its own. */
export interface FileInspector {
  /** Undefined when it could not be looked into in time: what cannot be looked at is not taken. Never rejects. */
  inspect(name: string, file: SpooledFile): Promise<Inspection | undefined>;
  inspectBytes(name: string, bytes: Uint8Array): Promise<Inspection | undefined>;
}
