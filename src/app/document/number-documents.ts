import { registerOrganOf } from '#domain/access/document-policy.ts';
import { yearOf } from '#domain/clock.ts';
import { numberings, type Numbering } from '#domain/document/register.ts';
import { HubError } from '#domain/hub-error.ts';
import { labelOf, type ByActor, type DocumentPorts } from './act-on-document.ts';

/**
 * How the organ's administrative documents are numbered from a year on, this one or the next: the head decides, the
 * office keeps it (Decree 30/2020, Article 15.3). Throws `not_permitted`, `bad_input`, and `document_wrong_state` when
 * numbers of that year were given out under the other rule.
 */
export async function decideNumbering(
  ports: DocumentPorts,
  input: ByActor & { readonly year: number; readonly numbering: string },
): Promise<void> {
  const { actor, year } = input;
  const organId = registerOrganOf(actor);
  const head = actor.positions.some(
    (position) => position.organId === organId && ['head', 'office_chief'].includes(position.authority),
  );
  if (organId === undefined || !head) throw new HubError('not_permitted');
  const numbering: Numbering | undefined = numberings.find((one) => one === input.numbering);
  if (numbering === undefined) throw new HubError('bad_input', { field: 'numbering' });
  const at = ports.clock.now();
  const current = yearOf(at);
  if (year !== current && year !== current + 1) throw new HubError('bad_input', { field: 'year' });
  const decided = await ports.documents.transaction((tx) =>
    tx.decideNumbering(organId, year, numbering, labelOf(actor).byName, at),
  );
  if (!decided) throw new HubError('document_wrong_state');
}
