import { urgencies, type Urgency } from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';
import { circulations, type Circulation } from './document.ts';
import { countOf, dayOf, documentLimits, lineOf, optionalLineOf } from './document-limits.ts';
import { typeCodes, type TypeCode } from './document-type.ts';
import { codeNotationCharactersMax, codeNumberCharactersMax, partsOfSymbol } from './notation.ts';
import { checkSigner, type Signer } from './signing-authority.ts';

/** What a clerk writes down of a document that came in (Decree 30/2020, Appendix VI, part II). */
export interface IncomingFields {
  readonly issuerName: string;
  readonly issuerOrganId?: string | undefined;
  /** As it stands on the document; a letter of a citizen has none. */
  readonly symbol?: string | undefined;
  readonly issuedOn?: string | undefined;
  readonly typeCode: TypeCode;
  readonly subject: string;
  readonly signer?: Signer | undefined;
  readonly urgency: Urgency;
  readonly circulation: Circulation;
  readonly dueOn?: string | undefined;
  readonly language?: string | undefined;
  readonly pageAmount?: number | undefined;
  readonly copies?: number | undefined;
  readonly field?: string | undefined;
  readonly description?: string | undefined;
  readonly exchangeId?: string | undefined;
}

type Checked = { readonly [Key in keyof IncomingFields]: Exclude<IncomingFields[Key], undefined> };

const organIdCharactersMax = 13;
const exchangeIdCharactersMax = 100;

/** In the form they are kept in. Throws `bad_input`, `line_break_in_field`, `text_too_long`. */
export function checkedIncoming(fields: IncomingFields): Checked {
  if (!typeCodes.includes(fields.typeCode)) throw new HubError('bad_input', { field: 'typeCode' });
  if (!urgencies.includes(fields.urgency)) throw new HubError('bad_input', { field: 'urgency' });
  if (!circulations.includes(fields.circulation)) throw new HubError('bad_input', { field: 'circulation' });
  const { signer } = fields;
  if (signer !== undefined) checkSigner(signer);
  const checked: IncomingFields = {
    ...fields,
    issuerName: lineOf('issuerName', fields.issuerName, documentLimits.organNameCharactersMax),
    issuerOrganId: optionalLineOf('issuerOrganId', fields.issuerOrganId, organIdCharactersMax),
    symbol: symbolOrNone(fields.symbol),
    issuedOn: fields.issuedOn === undefined ? undefined : dayOf('issuedOn', fields.issuedOn),
    subject: lineOf('subject', fields.subject, documentLimits.subjectCharactersMax),
    dueOn: fields.dueOn === undefined ? undefined : dayOf('dueOn', fields.dueOn),
    language: optionalLineOf('language', fields.language, documentLimits.languageCharactersMax),
    pageAmount: countOf('pageAmount', fields.pageAmount, documentLimits.pageAmountMax),
    copies: countOf('copies', fields.copies, documentLimits.issuedAmountMax),
    field: optionalLineOf('field', fields.field, documentLimits.descriptionCharactersMax),
    description: optionalLineOf('description', fields.description, documentLimits.descriptionCharactersMax),
    exchangeId: optionalLineOf('exchangeId', fields.exchangeId, exchangeIdCharactersMax),
  };
  return Object.fromEntries(Object.entries(checked).filter(([, value]) => value !== undefined)) as Checked;
}

function symbolOrNone(text: string | undefined): string | undefined {
  const symbol = optionalLineOf('symbol', text, codeNumberCharactersMax + 1 + codeNotationCharactersMax);
  if (symbol === undefined) return undefined;
  const { number, notation } = partsOfSymbol(symbol);
  if (number.length > codeNumberCharactersMax || notation.length > codeNotationCharactersMax)
    throw new HubError('text_too_long', { field: 'symbol' });
  return symbol;
}
