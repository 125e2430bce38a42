import { HubError } from '#domain/hub-error.ts';
import { foldText } from '#lib/fold-text.ts';
import { canonicalMailboxPath } from './mailbox-path.ts';
import { flagBit } from './structure.ts';

/** What a rule may look at: of the header, nothing of the body. */
export interface MailFacts {
  readonly from: string | undefined;
  readonly subject: string | undefined;
  /** To and Cc, addresses in lower case. */
  readonly to: readonly string[];
  readonly listId: string | undefined;
  readonly hasAttachment: boolean;
  readonly bytes: number;
  /** Sent by a program (RFC 3834). */
  readonly automatic: boolean;
}

/** Where a message goes in one account, and what becomes of it there. */
export interface Placement {
  readonly accountId: string;
  /** A mailbox that is not there any more is INBOX. */
  readonly path: string;
  /** Bits of `flagBit`. */
  readonly flags: number;
  readonly keywords: readonly string[];
  /** Accounts inside the province that get it too. */
  readonly forwardTo: readonly string[];
}

/** docs/limits.md. A rule is run for every message, so what it may cost is bounded when it is saved. */
export const mailRuleLimits = {
  rulesPerAccountMax: 100,
  conditionsPerRuleMax: 20,
  actionsPerRuleMax: 10,
  ruleTextCharactersMax: 200,
  /** Accounts that all rules of an account forward to together: a rule must not become a mailing list. */
  forwardsPerAccountMax: 10,
} as const;

/**
 * What a rule asks of a message. Text is compared as a reader would: without regard to case, and, when the rule's text
 * has no Vietnamese marks, without regard to marks. There are no patterns: one from a user could run for ever.
 */
export type Condition =
  | {
      readonly field: 'from' | 'to' | 'subject';
      readonly comparison: 'contains' | 'is';
      readonly text: string;
    }
  /** Sent through a mailing list; through one whose id holds the text, when there is one. */
  | { readonly field: 'list'; readonly text?: string }
  | { readonly field: 'hasAttachment' | 'automatic'; readonly value: boolean }
  | { readonly field: 'largerThan'; readonly bytes: number };

/** What a rule does. Nothing discards: mail to an office is a record, and Trash keeps it for those who look again. */
export type Action =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'flag'; readonly flag: 'seen' | 'flagged' }
  | { readonly kind: 'keyword'; readonly keyword: string }
  | { readonly kind: 'forward'; readonly accountId: string };

/** An action as its owner writes it: a forward names an address, which must be of an account of the province. */
export type ActionDraft =
  | Exclude<Action, { kind: 'forward' }>
  | { readonly kind: 'forward'; readonly address: string };

/** What an account wants done with messages that fulfil conditions; without conditions, with every message. */
export interface MailRule {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly match: 'all' | 'any';
  readonly conditions: readonly Condition[];
  readonly actions: readonly Action[];
  /** Rules after it are not asked when it applies. */
  readonly stop: boolean;
}

export interface MailRuleDraft extends Omit<MailRule, 'id' | 'actions'> {
  readonly actions: readonly ActionDraft[];
}

/**
 * What the rules of an account make of a message, in their order; undefined when none applies. Of several that file it
 * the first decides, because a message is in one mailbox; flags, keywords and forwards add up.
 */
export function applyRules(
  rules: readonly MailRule[],
  facts: MailFacts,
  accountId: string,
): Placement | undefined {
  const message = comparable(facts);
  const actions: Action[] = [];
  let applied = false;
  for (const rule of rules) {
    if (!rule.enabled || !applies(rule, facts, message)) continue;
    applied = true;
    actions.push(...rule.actions);
    if (rule.stop) break;
  }
  return applied ? placementOf(actions, accountId) : undefined;
}

function placementOf(actions: readonly Action[], accountId: string): Placement {
  let path: string | undefined;
  let flags = 0;
  const keywords = new Map<string, string>();
  const forwardTo = new Set<string>();
  for (const action of actions) {
    switch (action.kind) {
      case 'file':
        path ??= action.path;
        break;
      case 'flag':
        flags |= flagBit[action.flag];
        break;
      case 'keyword':
        // Keywords are the same whatever their case (RFC 9051, section 2.3.2).
        if (!keywords.has(action.keyword.toLowerCase()))
          keywords.set(action.keyword.toLowerCase(), action.keyword);
        break;
      case 'forward':
        if (action.accountId !== accountId) forwardTo.add(action.accountId);
        break;
    }
  }
  return {
    accountId,
    path: path ?? 'INBOX',
    flags,
    keywords: [...keywords.values()],
    forwardTo: [...forwardTo].slice(0, mailRuleLimits.forwardsPerAccountMax),
  };
}

/** A text in the two spellings in which it is compared. */
interface ComparableText {
  /** With its marks. */
  readonly exact: string;
  /** Without marks. */
  readonly folded: string;
}

type ComparableFacts = Readonly<Record<'from' | 'to' | 'subject' | 'list', readonly ComparableText[]>>;

function comparableText(text: string): ComparableText {
  const exact = text.normalize('NFC').toLowerCase().replaceAll(/\s+/gu, ' ').trim();
  return { exact, folded: foldText(text) };
}

/** Once for all rules of the account. */
function comparable(facts: MailFacts): ComparableFacts {
  const present = (text: string | undefined) => (text === undefined ? [] : [comparableText(text)]);
  return {
    from: present(facts.from),
    to: facts.to.map(comparableText),
    subject: present(facts.subject),
    list: present(facts.listId),
  };
}

function applies(rule: MailRule, facts: MailFacts, message: ComparableFacts): boolean {
  const { conditions } = rule;
  if (conditions.length === 0) return true;
  const holds = (condition: Condition) => fulfils(condition, facts, message);
  return rule.match === 'all' ? conditions.every(holds) : conditions.some(holds);
}

function fulfils(condition: Condition, facts: MailFacts, message: ComparableFacts): boolean {
  switch (condition.field) {
    case 'from':
    case 'to':
    case 'subject':
      return compares(message[condition.field], condition.comparison, condition.text);
    case 'list':
      if (condition.text === undefined) return facts.listId !== undefined;
      return compares(message.list, 'contains', condition.text);
    case 'hasAttachment':
      return facts.hasAttachment === condition.value;
    case 'automatic':
      return facts.automatic === condition.value;
    case 'largerThan':
      return facts.bytes > condition.bytes;
  }
}

/** `chi dao` finds `Chỉ đạo`; `chỉ đạo` finds only itself, as who types marks means them. */
function compares(texts: readonly ComparableText[], comparison: 'contains' | 'is', wanted: string): boolean {
  const { exact, folded } = comparableText(wanted);
  const marked = exact !== folded;
  return texts.some((text) => {
    const [found, sought] = marked ? [text.exact, exact] : [text.folded, folded];
    return comparison === 'is' ? found === sought : found.includes(sought);
  });
}

// A name or a text of one line: what ends a line or hides text is refused, never cleaned away (threats S9).
// eslint-disable-next-line no-control-regex -- these are the characters to refuse
const lineBreaking = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/**
 * A rule as it may be kept: names and paths in their one spelling. Whether its mailboxes and addresses exist is for the
 * store. Throws `bad_input`, `line_break_in_field`, `text_too_long`, `mailbox_name_bad`.
 */
export function checkRule(draft: MailRuleDraft): MailRuleDraft {
  const { conditions, actions } = draft;
  if (conditions.length > mailRuleLimits.conditionsPerRuleMax)
    throw new HubError('bad_input', { field: 'conditions' });
  if (actions.length === 0 || actions.length > mailRuleLimits.actionsPerRuleMax)
    throw new HubError('bad_input', { field: 'actions' });
  return {
    ...draft,
    name: lineOf('name', draft.name),
    conditions: conditions.map((condition, index) => checkCondition(condition, `conditions.${index}`)),
    actions: actions.map((action, index) => checkAction(action, `actions.${index}`)),
  };
}

function checkCondition(condition: Condition, field: string): Condition {
  switch (condition.field) {
    case 'from':
    case 'to':
    case 'subject':
      return { ...condition, text: lineOf(`${field}.text`, condition.text) };
    case 'list':
      return condition.text === undefined
        ? condition
        : { ...condition, text: lineOf(`${field}.text`, condition.text) };
    case 'largerThan':
      if (!Number.isSafeInteger(condition.bytes) || condition.bytes < 0)
        throw new HubError('bad_input', { field: `${field}.bytes` });
      return condition;
    case 'hasAttachment':
    case 'automatic':
      return condition;
  }
}

function checkAction(action: ActionDraft, field: string): ActionDraft {
  switch (action.kind) {
    case 'file':
      if (lineBreaking.test(action.path))
        throw new HubError('line_break_in_field', { field: `${field}.path` });
      return { ...action, path: canonicalMailboxPath(action.path) };
    case 'keyword':
      return { ...action, keyword: lineOf(`${field}.keyword`, action.keyword) };
    case 'forward':
      return { ...action, address: lineOf(`${field}.address`, action.address) };
    case 'flag':
      return action;
  }
}

function lineOf(field: string, text: string): string {
  if (lineBreaking.test(text)) throw new HubError('line_break_in_field', { field });
  const line = text.normalize('NFC').trim();
  // A text that is nothing once it is folded would be found in every message.
  if (foldText(line) === '') throw new HubError('bad_input', { field });
  if (line.length > mailRuleLimits.ruleTextCharactersMax) throw new HubError('text_too_long', { field });
  return line;
}
