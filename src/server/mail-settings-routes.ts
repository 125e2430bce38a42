import { Type, type Static } from 'typebox';
import {
  absenceOf,
  addMailRule,
  mailSettingsOf,
  replaceMailRule,
  saveAbsence,
  sendingLimitOf,
  setSendingLimit,
  type MailSettings,
  type MailSettingsPorts,
} from '#app/mail/mail-settings.ts';
import type { OwnedRule, SendingStanding } from '#app/ports/mail-settings.ts';
import type { Absence } from '#domain/mail/absence.ts';
import { mailRuleLimits, type MailRuleDraft } from '#domain/mail/mail-rule.ts';
import { answers, idParams, noBody, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

/**
 * Lengths here are only walls against absurd input; the rules with their codes are the domain's, also those about line
 * breaks (threats S9).
 */
const strict = { additionalProperties: false };
const text = Type.String({ maxLength: 10_000 });

const absenceBody = Type.Object(
  {
    enabled: Type.Boolean(),
    startsAt: Type.Optional(Type.String({ format: 'date-time' })),
    endsAt: Type.Optional(Type.String({ format: 'date-time' })),
    subject: Type.Optional(text),
    text,
    everyDays: Type.Integer({ description: 'A sender is answered once in so many days: 1 to 30.' }),
  },
  strict,
);

const conditionSchema = Type.Union([
  Type.Object(
    { field: Type.Enum(['from', 'to', 'subject']), comparison: Type.Enum(['contains', 'is']), text },
    strict,
  ),
  Type.Object({ field: Type.Literal('list'), text: Type.Optional(text) }, strict),
  Type.Object({ field: Type.Enum(['hasAttachment', 'automatic']), value: Type.Boolean() }, strict),
  Type.Object({ field: Type.Literal('largerThan'), bytes: Type.Integer({ minimum: 0 }) }, strict),
]);

const actionSchema = Type.Union([
  Type.Object({ kind: Type.Literal('file'), path: text }, strict),
  Type.Object({ kind: Type.Literal('flag'), flag: Type.Enum(['seen', 'flagged']) }, strict),
  Type.Object({ kind: Type.Literal('keyword'), keyword: text }, strict),
  Type.Object({ kind: Type.Literal('forward'), address: text }, strict),
]);

const ruleFields = {
  name: text,
  enabled: Type.Boolean(),
  match: Type.Enum(['all', 'any']),
  conditions: Type.Array(conditionSchema, {
    maxItems: 2 * mailRuleLimits.conditionsPerRuleMax,
    description: 'None: every message.',
  }),
  actions: Type.Array(actionSchema, { maxItems: 2 * mailRuleLimits.actionsPerRuleMax }),
  stop: Type.Boolean({ description: 'Rules after it are not asked when it applies.' }),
};
const ruleBody = Type.Object(ruleFields, strict);
const ruleView = Type.Object({ id: Type.String(), ...ruleFields });

const limitFields = { messagesPerHour: Type.Integer(), recipientsPerHour: Type.Integer() };
const sendingView = Type.Object({
  ...limitFields,
  changed: Type.Boolean({ description: 'An administrator has set it; otherwise it is the default.' }),
  messages: Type.Integer({ description: 'Sent in this hour.' }),
  recipients: Type.Integer(),
  until: Type.String({ description: 'When the next hour begins.' }),
});

const sentCopySchema = Type.Enum(['hub', 'client'], {
  description: 'Who puts what is sent into Sent: the hub, or the mail client.',
});
const settingsView = Type.Object({
  quota: Type.Object({ usedBytes: Type.Integer(), quotaBytes: Type.Integer() }),
  sentCopy: sentCopySchema,
  sending: sendingView,
});

/** What accounts want done with their mail, and what they may send. */
export function mailSettingsRoutes(app: RouteApp, ports: MailSettingsPorts): void {
  settingsRoutes(app, ports);
  absenceRoutes(app, ports);
  ruleRoutes(app, ports);
  limitRoutes(app, ports);
}

function settingsRoutes(app: RouteApp, ports: MailSettingsPorts): void {
  app.get(
    '/me/mail-settings',
    {
      schema: { summary: 'Quota, sent copy, sending limits and use.', response: answers(200, settingsView) },
    },
    async (request) => presentSettings(await mailSettingsOf(ports, sessionOf(request).actor.accountId)),
  );
  app.put(
    '/me/mail-settings',
    {
      schema: {
        summary: 'Choose who makes the copy in Sent.',
        body: Type.Object({ sentCopy: sentCopySchema }, strict),
        response: answers(200, settingsView),
      },
    },
    async (request) => {
      const { accountId } = sessionOf(request).actor;
      await ports.mailSettings.sentCopies.set(accountId, request.body.sentCopy);
      return presentSettings(await mailSettingsOf(ports, accountId));
    },
  );
}

function absenceRoutes(app: RouteApp, ports: MailSettingsPorts): void {
  app.get(
    '/me/absence',
    { schema: { summary: 'What the caller answers while away.', response: answers(200, absenceBody) } },
    async (request) => presentAbsence(await absenceOf(ports, sessionOf(request).actor.accountId)),
  );
  app.put(
    '/me/absence',
    {
      schema: {
        summary: 'Set the absence, or switch it off.',
        description:
          'Persons who write to the caller are told once in `everyDays`; lists and programs never.',
        body: absenceBody,
        response: answers(200, absenceBody),
      },
    },
    async (request) => {
      const { startsAt, endsAt, ...rest } = request.body;
      const absence = await saveAbsence(ports, sessionOf(request).actor.accountId, {
        ...rest,
        startsAt: startsAt === undefined ? undefined : new Date(startsAt),
        endsAt: endsAt === undefined ? undefined : new Date(endsAt),
      });
      return presentAbsence(absence);
    },
  );
}

function ruleRoutes(app: RouteApp, ports: MailSettingsPorts): void {
  const { rules } = ports.mailSettings;
  const listView = Type.Object({ items: Type.Array(ruleView) });
  app.get(
    '/me/mail-rules',
    { schema: { summary: 'The rules of the caller, in their order.', response: answers(200, listView) } },
    async (request) => ({
      items: (await rules.list(sessionOf(request).actor.accountId)).map(presentRule),
    }),
  );
  app.post(
    '/me/mail-rules',
    {
      schema: {
        summary: 'Add a rule after the others.',
        description: 'Official mail of the hub does not pass through rules.',
        body: ruleBody,
        response: answers(201, ruleView),
      },
    },
    async (request, reply) => {
      const rule = await addMailRule(ports, sessionOf(request).actor.accountId, draftOf(request.body));
      return reply.code(201).header('location', `/api/v1/me/mail-rules/${rule.id}`).send(presentRule(rule));
    },
  );
  app.put(
    '/me/mail-rules/order',
    {
      schema: {
        summary: 'Put the rules in another order.',
        body: Type.Object(
          {
            ids: Type.Array(Type.String({ format: 'uuid' }), {
              maxItems: mailRuleLimits.rulesPerAccountMax,
              description: 'All of them, once each.',
            }),
          },
          strict,
        ),
        response: answers(200, listView),
      },
    },
    async (request) => {
      const { accountId } = sessionOf(request).actor;
      await rules.order(accountId, request.body.ids);
      return { items: (await rules.list(accountId)).map(presentRule) };
    },
  );
  app.put(
    '/me/mail-rules/:id',
    {
      schema: {
        summary: 'Replace a rule in its place.',
        params: idParams,
        body: ruleBody,
        response: answers(200, ruleView),
      },
    },
    async (request) => {
      const { accountId } = sessionOf(request).actor;
      return presentRule(await replaceMailRule(ports, accountId, request.params.id, draftOf(request.body)));
    },
  );
  app.delete(
    '/me/mail-rules/:id',
    {
      schema: {
        summary: 'Delete a rule.',
        params: idParams,
        body: noBody,
        response: answers(200, Type.Object({ id: Type.String() })),
      },
    },
    async (request) => {
      await rules.remove(sessionOf(request).actor.accountId, request.params.id);
      return { id: request.params.id };
    },
  );
}

function limitRoutes(app: RouteApp, ports: MailSettingsPorts): void {
  app.get(
    '/accounts/:id/sending-limit',
    {
      schema: {
        summary: 'What an account may send in an hour and has sent in this one.',
        description: 'For administrators.',
        params: idParams,
        response: answers(200, sendingView),
      },
    },
    async (request) =>
      presentSending(await sendingLimitOf(ports, sessionOf(request).actor, request.params.id)),
  );
  app.put(
    '/accounts/:id/sending-limit',
    {
      schema: {
        summary: 'Change it.',
        description: 'For administrators. A figure that is absent is the default again.',
        params: idParams,
        body: Type.Partial(Type.Object(limitFields), strict),
        response: answers(200, sendingView),
      },
    },
    async (request) => {
      const { actor } = sessionOf(request);
      return presentSending(await setSendingLimit(ports, actor, request.params.id, request.body));
    },
  );
}

function draftOf(body: Static<typeof ruleBody>): MailRuleDraft {
  return body;
}

function presentRule(rule: OwnedRule): Static<typeof ruleView> {
  return { ...rule, conditions: [...rule.conditions], actions: [...rule.actions] };
}

function presentAbsence({
  enabled,
  startsAt,
  endsAt,
  subject,
  text: words,
  everyDays,
}: Absence): Static<typeof absenceBody> {
  return {
    enabled,
    ...(startsAt === undefined ? {} : { startsAt: startsAt.toISOString() }),
    ...(endsAt === undefined ? {} : { endsAt: endsAt.toISOString() }),
    ...(subject === undefined ? {} : { subject }),
    text: words,
    everyDays,
  };
}

function presentSettings({ quota, sentCopy, sending }: MailSettings): Static<typeof settingsView> {
  return { quota, sentCopy, sending: presentSending(sending) };
}

function presentSending({ limit, changed, use, until }: SendingStanding): Static<typeof sendingView> {
  return { ...limit, changed, ...use, until: until.toISOString() };
}
