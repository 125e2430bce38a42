import type { Answer } from '#protocol/change.ts';
import type { IssueRequest } from '#protocol/request.ts';
import type { LiveSocket } from './connection.ts';
import { Refusal, type AskHub } from './http.ts';

export interface Commands {
  readonly issue: (input: IssueRequest, key: string) => Promise<{ id: string; code: string }>;
  readonly recall: (input: { id: string; reason: string }, key: string) => Promise<void>;
  readonly open: (id: string, key: string) => Promise<void>;
  readonly acknowledge: (id: string, key: string) => Promise<void>;
}

const socketAnswerTimeoutMs = 6000;

/**
 * The acts of the page. Over the socket while it is up; over HTTP with the same key when it is down or does not answer
 * in time, so that an act whose answer was lost is answered and not repeated. Throws `Refusal`.
 */
export function createCommands(socket: () => LiveSocket | undefined, askHub: AskHub): Commands {
  return {
    async issue(input, key) {
      const line = socket();
      const answer = line?.connected
        ? await answered(
            line.timeout(socketAnswerTimeoutMs).emitWithAck('directive.issue', { ...input, key }),
          )
        : undefined;
      return answer ?? (await askHub({ method: 'POST', path: '/directives', body: input, key }));
    },
    async recall({ id, reason }, key) {
      const line = socket();
      const answer = line?.connected
        ? await answered(
            line.timeout(socketAnswerTimeoutMs).emitWithAck('directive.recall', { id, reason, key }),
          )
        : undefined;
      if (answer === undefined)
        await askHub({ method: 'POST', path: `/directives/${id}/recall`, body: { reason }, key });
    },
    async open(id, key) {
      const line = socket();
      const answer = line?.connected
        ? await answered(line.timeout(socketAnswerTimeoutMs).emitWithAck('assignment.open', { id, key }))
        : undefined;
      if (answer === undefined) await askHub({ method: 'POST', path: `/assignments/${id}/open`, key });
    },
    async acknowledge(id, key) {
      const line = socket();
      const answer = line?.connected
        ? await answered(
            line.timeout(socketAnswerTimeoutMs).emitWithAck('assignment.acknowledge', { id, key }),
          )
        : undefined;
      if (answer === undefined) await askHub({ method: 'POST', path: `/assignments/${id}/acknowledge`, key });
    },
  };
}

/** The hub's answer; `undefined` when none came in time. */
async function answered<Result extends object>(
  waiting: Promise<Answer<Result>>,
): Promise<Result | undefined> {
  let answer: Answer<Result>;
  try {
    answer = await waiting;
  } catch {
    return undefined;
  }
  if (answer.ok) return answer;
  const { code, field } = answer.error;
  throw new Refusal(code, field === undefined ? {} : { field });
}
