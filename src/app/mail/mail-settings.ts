import { administeredBy } from '#domain/access/administered.ts';
import { isAdministrator, type Actor } from '#domain/access/actor.ts';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import { absenceLimits, checkAbsence, type Absence } from '#domain/mail/absence.ts';
import { checkRule, type MailRuleDraft } from '#domain/mail/mail-rule.ts';
import { checkSendingLimit, type SendingLimit } from '#domain/mail/sending-limit.ts';
import type {
  MailSettingsStore,
  NearlyFull,
  OwnedRule,
  Quota,
  Quotas,
  SendingStanding,
  SentCopy,
} from '#app/ports/mail-settings.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import type { OfficialMail } from '#app/ports/official-mail.ts';

export interface MailSettingsPorts {
  readonly mailSettings: MailSettingsStore;
  readonly mail: Pick<OfficialMail, 'findSecretStamp'>;
  readonly clock: Clock;
}

export interface MailSettings {
  readonly quota: Quota;
  readonly sentCopy: SentCopy;
  readonly sending: SendingStanding;
}

/** What an account may and what it has chosen. Throws `not_found`. */
export async function mailSettingsOf(ports: MailSettingsPorts, accountId: string): Promise<MailSettings> {
  const { quotas, sentCopies, sending } = ports.mailSettings;
  const [quota, sentCopy, standing] = await Promise.all([
    quotas.of(accountId),
    sentCopies.of(accountId),
    sending.standing(accountId, ports.clock.now()),
  ]);
  if (standing === undefined) throw new HubError('not_found');
  return { quota, sentCopy, sending: standing };
}

const noAbsence: Absence = { enabled: false, text: '', everyDays: absenceLimits.everyDaysDefault };

export async function absenceOf(ports: MailSettingsPorts, accountId: string): Promise<Absence> {
  return (await ports.mailSettings.absences.of(accountId)) ?? noAbsence;
}

/** Throws `secret_content`, because the text leaves with every answer, and as `checkAbsence` does. */
export async function saveAbsence(
  ports: MailSettingsPorts,
  accountId: string,
  input: Absence,
): Promise<Absence> {
  const absence = checkAbsence(input);
  if (ports.mail.findSecretStamp(`${absence.subject ?? ''}\n${absence.text}`) !== undefined)
    throw new HubError('secret_content');
  await ports.mailSettings.absences.save(accountId, absence);
  return absence;
}

/** Throws as `checkRule` and `MailRules.add` do. */
export function addMailRule(
  ports: MailSettingsPorts,
  accountId: string,
  draft: MailRuleDraft,
): Promise<OwnedRule> {
  return ports.mailSettings.rules.add(accountId, checkRule(draft), ports.clock.now());
}

/** Throws as `checkRule` and `MailRules.replace` do. */
export function replaceMailRule(
  ports: MailSettingsPorts,
  accountId: string,
  id: string,
  draft: MailRuleDraft,
): Promise<OwnedRule> {
  return ports.mailSettings.rules.replace(accountId, id, checkRule(draft));
}

/** An administrator runs the system, so they see and set what any account may send. Throws `not_permitted`, `not_found`. */
export async function sendingLimitOf(
  ports: MailSettingsPorts,
  actor: Actor,
  accountId: string,
): Promise<SendingStanding> {
  if (!isAdministrator(actor)) throw new HubError('not_permitted');
  const standing = await ports.mailSettings.sending.standing(accountId, ports.clock.now());
  if (standing === undefined) throw new HubError('not_found');
  return standing;
}

/** A figure that is absent is the hub's own again. Throws `not_permitted`, `not_found`, `bad_input`. */
export async function setSendingLimit(
  ports: MailSettingsPorts,
  actor: Actor,
  accountId: string,
  limit: Partial<SendingLimit>,
): Promise<SendingStanding> {
  if (!isAdministrator(actor)) throw new HubError('not_permitted');
  const checked = checkSendingLimit(limit);
  if (!(await ports.mailSettings.sending.set(accountId, checked, ports.clock.now(), administeredBy(actor))))
    throw new HubError('not_found');
  return sendingLimitOf(ports, actor, accountId);
}

export interface WarnQuotaPorts {
  readonly quotas: Pick<Quotas, 'transaction'>;
  readonly compose: (account: NearlyFull, date: Date) => Promise<PreparedMessage>;
  readonly clock: Clock;
  /** After a commit that wrote outbox rows. */
  readonly committed: () => void;
}

/** Accounts that are looked at under one commit. */
const accountsAtOnce = 500;

/**
 * Warns those of the accounts whose mailboxes are nearly full, once until they have room again. Marks and warnings are
 * one commit: a crash neither loses a warning nor sends it twice. Composing waits inside it, because only there it is
 * known who is to be warned, and they are few. Gives the accounts that were warned.
 */
export async function warnQuota(
  ports: WarnQuotaPorts,
  accountIds: readonly string[],
): Promise<readonly string[]> {
  const warned: string[] = [];
  for (let from = 0; from < accountIds.length; from += accountsAtOnce) {
    const some = accountIds.slice(from, from + accountsAtOnce);
    const accounts = await ports.quotas.transaction(async (tx) => {
      const at = ports.clock.now();
      const nearlyFull = await tx.toWarn(some, at);
      if (nearlyFull.length === 0) return [];
      const warnings = await Promise.all(
        nearlyFull.map(async (account) => ({
          accountId: account.accountId,
          message: await ports.compose(account, at),
        })),
      );
      await tx.deliver(warnings, at);
      return nearlyFull.map(({ accountId }) => accountId);
    });
    if (accounts.length > 0) ports.committed();
    warned.push(...accounts);
  }
  return warned;
}
