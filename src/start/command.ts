import type { Database } from '#store/database.ts';

export interface CommandContext {
  readonly database: Database;
  readonly write: (text: string) => void;
  readonly now: () => Date;
}

export interface Command {
  readonly usage: string;
  readonly about: string;
  /** How many words follow the command's own two; `own`: it reads them itself. */
  readonly words: number | 'own';
  /** A word that may stand after them. */
  readonly option?: string;
  run(context: CommandContext, words: readonly string[]): Promise<void>;
}

/** By its first two words. */
export type Commands = Readonly<Record<string, Command>>;
