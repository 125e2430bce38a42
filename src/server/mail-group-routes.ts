import { Type, type Static } from 'typebox';
import {
  changeGroup,
  createAlias,
  createGroup,
  deleteAlias,
  deleteGroup,
  type GroupPorts,
  keepMembers,
  keepOfficers,
  listAliases,
  listGroups,
  readGroup,
} from '#app/mail/manage-groups.ts';
import type { MailGroup, MailGroupDetail } from '#app/ports/mail-groups.ts';
import type { Actor } from '#domain/access/actor.ts';
import { groupModerations, groupSourceKinds, groupWriters } from '#domain/mail/mail-group.ts';
import {
  answers,
  idempotencyHeaders,
  idParams,
  limitOf,
  noNul,
  pageQuery,
  type RouteApp,
} from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const membersMax = 10_000;
const officersMax = 200;

const addressText = Type.String({ minLength: 3, maxLength: 320, pattern: noNul });
const nameText = Type.String({ maxLength: 2000, pattern: noNul });
const writers = Type.Enum([...groupWriters], {
  description: 'anyone; province: whoever signed in; members; listed: the writers among the officers.',
});
const moderation = Type.Enum([...groupModerations], {
  description: 'Whose mail waits for a moderator: none; outsiders: of who is no signed-in member; all.',
});
const source = Type.Object(
  {
    kind: Type.Enum([...groupSourceKinds]),
    value: Type.Optional(
      Type.String({
        description: 'The id of a unit, a level, or an authority.',
        maxLength: 100,
        pattern: noNul,
      }),
    ),
  },
  strict,
);

const groupView = Type.Object({
  id: Type.String(),
  address: Type.String(),
  name: Type.String(),
  source,
  writers,
  moderation,
  createdAt: Type.String({ format: 'date-time' }),
});

const groupDetailView = Type.Object({
  ...groupView.properties,
  members: Type.Array(
    Type.Object({
      kind: Type.Enum(['account', 'group', 'outside']),
      address: Type.String(),
      name: Type.Optional(Type.String()),
    }),
    { description: 'Of a list; a computed group keeps none.' },
  ),
  officers: Type.Array(
    Type.Object({
      accountId: Type.String(),
      address: Type.String(),
      name: Type.String(),
      role: Type.Enum(['writer', 'moderator']),
    }),
  ),
});

const aliasView = Type.Object({
  address: Type.String(),
  account: Type.String({ description: 'The address of the account that it stands for.' }),
  createdAt: Type.String({ format: 'date-time' }),
});

const listQuery = Type.Object(pageQuery, strict);
const aliasParams = Type.Object({ address: addressText }, strict);

/** Mail groups and aliases, for administrators. */
export function mailGroupRoutes(app: RouteApp, ports: GroupPorts): void {
  app.get(
    '/mail-groups',
    {
      schema: {
        summary: 'Mail groups, by address.',
        querystring: listQuery,
        response: answers(
          200,
          Type.Object({ items: Type.Array(groupView), nextCursor: Type.Optional(Type.String()) }),
        ),
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const page = await listGroups(ports, { ...asking(request), limit: limitOf(limit), cursor });
      return { ...page, items: page.items.map(presentGroup) };
    },
  );

  app.post(
    '/mail-groups',
    {
      schema: {
        summary: 'Make a mail group, without members and officers.',
        headers: idempotencyHeaders,
        body: Type.Object({ address: addressText, name: nameText, source, writers, moderation }, strict),
        response: answers(201, Type.Object({ id: Type.String() })),
      },
    },
    async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const { id } = await createGroup(ports, { ...asking(request), key, ...request.body });
      return reply.code(201).header('location', `/api/v1/mail-groups/${id}`).send({ id });
    },
  );

  app.get(
    '/mail-groups/:id',
    {
      schema: {
        summary: 'A mail group with its members and officers.',
        params: idParams,
        response: answers(200, groupDetailView),
      },
    },
    async (request) => presentDetail(await readGroup(ports, ofGroup(request))),
  );

  app.patch(
    '/mail-groups/:id',
    {
      schema: {
        summary: 'Change the name or the rules of a mail group.',
        params: idParams,
        body: Type.Object(
          {
            name: Type.Optional(nameText),
            writers: Type.Optional(writers),
            moderation: Type.Optional(moderation),
          },
          strict,
        ),
        response: answers(200, groupDetailView),
      },
    },
    async (request) => {
      await changeGroup(ports, { ...ofGroup(request), ...request.body });
      return presentDetail(await readGroup(ports, ofGroup(request)));
    },
  );

  app.delete(
    '/mail-groups/:id',
    { schema: { summary: 'Delete a mail group.', params: idParams, response: answers(204, Type.Null()) } },
    async (request, reply) => {
      await deleteGroup(ports, ofGroup(request));
      return reply.code(204).send(null);
    },
  );

  app.put(
    '/mail-groups/:id/members',
    {
      schema: {
        summary: 'Say who is in a list, all of them.',
        description: 'Addresses of accounts, of other groups, or outside ones.',
        params: idParams,
        body: Type.Object({ members: Type.Array(addressText, { maxItems: membersMax }) }, strict),
        response: answers(200, groupDetailView),
      },
    },
    async (request) => {
      await keepMembers(ports, { ...ofGroup(request), ...request.body });
      return presentDetail(await readGroup(ports, ofGroup(request)));
    },
  );

  app.put(
    '/mail-groups/:id/officers',
    {
      schema: {
        summary: 'Say who moderates a mail group and who is listed as its writers, all of them.',
        params: idParams,
        body: Type.Object(
          {
            moderators: Type.Array(addressText, { maxItems: officersMax }),
            writers: Type.Array(addressText, { maxItems: officersMax }),
          },
          strict,
        ),
        response: answers(200, groupDetailView),
      },
    },
    async (request) => {
      await keepOfficers(ports, { ...ofGroup(request), ...request.body });
      return presentDetail(await readGroup(ports, ofGroup(request)));
    },
  );

  aliasRoutes(app, ports);
}

function aliasRoutes(app: RouteApp, ports: GroupPorts): void {
  app.get(
    '/mail-aliases',
    {
      schema: {
        summary: 'Aliases, by address.',
        querystring: listQuery,
        response: answers(
          200,
          Type.Object({ items: Type.Array(aliasView), nextCursor: Type.Optional(Type.String()) }),
        ),
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const page = await listAliases(ports, { ...asking(request), limit: limitOf(limit), cursor });
      const items = page.items.map(({ address, accountAddress, createdAt }) => ({
        address,
        account: accountAddress,
        createdAt: createdAt.toISOString(),
      }));
      return { ...page, items };
    },
  );

  app.post(
    '/mail-aliases',
    {
      schema: {
        summary: 'Give an account another address.',
        headers: idempotencyHeaders,
        body: Type.Object({ alias: addressText, account: addressText }, strict),
        response: answers(201, Type.Object({ address: Type.String() })),
      },
    },
    async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const created = await createAlias(ports, { ...asking(request), key, ...request.body });
      return reply
        .code(201)
        .header('location', `/api/v1/mail-aliases/${encodeURIComponent(created.address)}`)
        .send(created);
    },
  );

  app.delete(
    '/mail-aliases/:address',
    { schema: { summary: 'Take an alias away.', params: aliasParams, response: answers(204, Type.Null()) } },
    async (request, reply) => {
      await deleteAlias(ports, { ...asking(request), alias: request.params.address });
      return reply.code(204).send(null);
    },
  );
}

type Request = Parameters<typeof sessionOf>[0];

function asking(request: Request): { actor: Actor } {
  return { actor: sessionOf(request).actor };
}

function ofGroup(request: Request & { params: { id: string } }): { actor: Actor; id: string } {
  return { ...asking(request), id: request.params.id };
}

function presentGroup(group: MailGroup): Static<typeof groupView> {
  const { id, address, name, source, writers, moderation, createdAt } = group;
  return { id, address, name, source, writers, moderation, createdAt: createdAt.toISOString() };
}

function presentDetail(group: MailGroupDetail): Static<typeof groupDetailView> {
  return { ...presentGroup(group), members: [...group.members], officers: [...group.officers] };
}
