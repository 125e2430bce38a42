/** What an event tells an auditor: who, for whom, on what. */
export interface Audited {
  readonly action: string;
  readonly accountId?: string;
  /** Where it was no account. */
  readonly actor?: string;
  readonly onBehalfOfPositionId?: string;
  readonly object?: string;
  readonly ip?: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A name longer than that would not fit into an index. */
const objectCharactersMax = 500;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Read from the fields that events share, whatever their type, so that a new event is audited from its first day. An event
 * names its doer as `by` or `accountId`, or in the record of the work; whoever issued a directive is its doer only when it
 * is issued or recalled.
 */
export function auditedOf(event: { readonly type: string }): Audited {
  const fields = event as unknown as Fields;
  const directive = fieldsOf(fields['directive']);
  const record = fieldsOf(fields['record']);
  const comment = fieldsOf(fields['comment']);
  const by = fieldsOf(fields['by'] ?? record['by'] ?? comment['author']);
  const issues = event.type === 'directive.issued' || event.type === 'directive.recalled';
  const accountId =
    textOf(by['accountId'] ?? fields['accountId']) ??
    (issues ? textOf(directive['issuerAccountId'] ?? fields['issuerAccountId']) : undefined) ??
    onlyAccount(fields['accounts']);
  const actor = by['kind'] === 'operator' || by['kind'] === 'hub' ? by['kind'] : undefined;
  return defined({
    action: textOf(fields['act']) ?? event.type,
    accountId,
    actor,
    onBehalfOfPositionId: textOf(by['onBehalfOfPositionId'] ?? fields['onBehalfOfPositionId']),
    object: objectOf(fields, directive)?.slice(0, objectCharactersMax),
    ip: textOf(fields['ip']),
    before: fields['before'],
    after: fields['after'] ?? directive['contentHash'],
  });
}

/** `kind:id`; what an administrator changed is named as people name it. */
function objectOf(fields: Fields, directive: Fields): string | undefined {
  const object = fields['object'] ?? (typeof fields['subject'] === 'object' ? fields['subject'] : undefined);
  if (typeof object === 'string') return object;
  const named = fieldsOf(object);
  if (textOf(named['kind']) !== undefined && textOf(named['id']) !== undefined)
    return `${textOf(named['kind'])}:${textOf(named['id'])}`;
  const ids: readonly (readonly [string, unknown])[] = [
    ['comment', fieldsOf(fields['comment'])['id']],
    ['document', fields['documentId']],
    ['directive', directive['id'] ?? fields['directiveId']],
    ['held', fields['heldId']],
    ['message', fields['messageId']],
    ['session', fields['sessionId']],
    ['account', fields['accountId']],
  ];
  const found = ids.find(([, id]) => textOf(id) !== undefined);
  return found === undefined ? undefined : `${found[0]}:${textOf(found[1])}`;
}

function onlyAccount(accounts: unknown): string | undefined {
  return Array.isArray(accounts) && accounts.length === 1 ? textOf(fieldsOf(accounts[0])['id']) : undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function defined<Shape extends object>(shape: {
  [Name in keyof Shape]: Shape[Name] | undefined;
}): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Shape;
}
