import type { Page } from '#app/ports/hub-store.ts';
import type { Register, RegisterBooks } from '#app/ports/register-books.ts';
import { registriesOf, type Actor } from '#domain/access/actor.ts';
import { bookLine, formsOf, type BookEntry, type BookForm } from '#domain/document/register-book.ts';
import { HubError } from '#domain/hub-error.ts';

interface BookPorts {
  readonly books: RegisterBooks;
}

const printedPageEntries = 500;

/** The registers of the organs whose registry the actor belongs to. */
export function listRegisters(
  ports: BookPorts,
  actor: Actor,
  year: number | undefined,
): Promise<readonly Register[]> {
  return ports.books.list(registriesOf(actor), year);
}

/** Throws `not_found` for who is of no registry of its organ, `bad_input` for a form it is not kept in. */
export async function openBook(
  ports: BookPorts,
  input: { readonly actor: Actor; readonly id: string; readonly form?: BookForm | undefined },
): Promise<{ register: Register; form: BookForm }> {
  const register = await ports.books.find(input.id);
  if (register === undefined || !registriesOf(input.actor).includes(register.organId))
    throw new HubError('not_found');
  const forms = formsOf(register.kind);
  const form = input.form ?? forms[0];
  if (form === undefined || !forms.includes(form)) throw new HubError('bad_input', { field: 'form' });
  return { register, form };
}

export function readEntries(
  ports: BookPorts,
  register: Register,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<BookEntry>> {
  return ports.books.entries(register.id, page);
}

/** Every line of a book, some at a time: a book of a year is not held in memory. */
export async function* bookLines(
  ports: BookPorts,
  register: Register,
  form: BookForm,
): AsyncGenerator<readonly (readonly string[])[]> {
  let cursor: string | undefined;
  do {
    const page = await ports.books.entries(register.id, { limit: printedPageEntries, cursor });
    yield page.items.map((entry) => bookLine(form, entry));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}
