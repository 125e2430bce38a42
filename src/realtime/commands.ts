import { acknowledgeAssignment, openAssignment } from '#app/directive/receive-assignment.ts';
import { issueDirective } from '#app/directive/issue-directive.ts';
import { recallDirective } from '#app/directive/recall-directive.ts';
import type { Hub } from '#app/hub.ts';
import type { Actor } from '#domain/access/actor.ts';
import { HubError } from '#domain/hub-error.ts';
import { withOrigin } from '#lib/act-origin.ts';
import type { Answer } from '#protocol/change.ts';
import { draftOf } from '#protocol/draft.ts';
import { assignmentCommand, issueCommand, recallCommand } from '#protocol/request.ts';
import { createParser } from '#protocol/validate.ts';
import { refusalAnswer } from './answer.ts';
import type { HubSocket } from './hub-server.ts';

const parseIssue = createParser(issueCommand);
const parseRecall = createParser(recallCommand);
const parseAssignment = createParser(assignmentCommand);

/** Commands of a socket: the same use cases as HTTP, answered through the acknowledgement callback. */
export function registerCommands(socket: HubSocket, hub: Hub, logFault: (error: unknown) => string): void {
  /** Rights are those of this moment, not of the connection's start (threats H2). */
  async function actor(): Promise<Actor> {
    const found = await hub.access.actor(socket.data.accountId, hub.clock.now());
    if (found === undefined) throw new HubError('session_ended');
    return found;
  }

  function command<Result extends object>(work: (input: unknown) => Promise<Result>) {
    return (input: unknown, answer: unknown): void => {
      // A client that wants no answer may leave the callback out.
      const reply =
        typeof answer === 'function' ? (answer as (result: Answer<Result>) => void) : () => undefined;
      withOrigin({ accountId: socket.data.accountId }, () => work(input)).then(
        (result) => reply({ ok: true, ...result }),
        (error: unknown) => reply(refusalAnswer(error, socket.data.locale, logFault)),
      );
    };
  }

  socket.on(
    'directive.issue',
    command(async (input) => {
      const { key, ...request } = parseIssue(input);
      const { id, code } = await issueDirective(hub, { actor: await actor(), key, ...draftOf(request) });
      return { id, code };
    }),
  );
  socket.on(
    'directive.recall',
    command(async (input) => recallDirective(hub, { actor: await actor(), ...parseRecall(input) })),
  );
  socket.on(
    'assignment.open',
    command(async (input) => {
      const { id, key } = parseAssignment(input);
      return openAssignment(hub, { actor: await actor(), assignmentId: id, key });
    }),
  );
  socket.on(
    'assignment.acknowledge',
    command(async (input) => {
      const { id, key } = parseAssignment(input);
      return acknowledgeAssignment(hub, { actor: await actor(), assignmentId: id, key });
    }),
  );
}
