import type { BookEntry } from '#domain/document/register-book.ts';
import type { RegisterKind } from '#domain/document/register.ts';
import type { Page } from './hub-store.ts';

export interface Register {
  readonly id: string;
  readonly organId: string;
  readonly organName: string;
  readonly kind: RegisterKind;
  readonly series: string;
  readonly year: number;
  readonly legalRegime: string;
  /** Numbers that were given out, without suffixes. */
  readonly numbers: number;
}

/** Registers as books to read and print. */
export interface RegisterBooks {
  list(organIds: readonly string[], year: number | undefined): Promise<readonly Register[]>;
  find(id: string): Promise<Register | undefined>;
  /** In the order of the book; the cursor is the last number and suffix of the page before. */
  entries(
    registerId: string,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<BookEntry>>;
}
