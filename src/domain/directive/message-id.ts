/** The Message-ID of the mail that a directive is: its own id at the hub's own domain, and so known by its form. */
export function directiveMessageId(directiveId: string, domain: string): string {
  return `<${directiveId}@${domain}>`;
}

const form = /^<[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}@([A-Za-z0-9.-]{1,255})>$/;
/** Named ids beyond this many are not looked for; a reply names its directive among the nearest. */
const namedIdsMax = 100;

/**
 * The ids among those that a message names which have the form of a directive's: In-Reply-To first, then the nearest
 * reference. None: it replies to no directive, and nobody need look for one.
 */
export function namedDirectiveIds(
  message: { readonly inReplyTo: string | undefined; readonly references: readonly string[] },
  domain: string,
): readonly string[] {
  const parent = message.inReplyTo === undefined ? [] : [message.inReplyTo];
  const own = [...parent, ...message.references.toReversed()].filter((id) => form.exec(id)?.[1] === domain);
  return [...new Set(own)].slice(0, namedIdsMax);
}
