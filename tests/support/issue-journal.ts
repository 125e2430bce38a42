import { call } from './hub-client.ts';

export interface Answered {
  readonly key: string;
  readonly id: string;
  readonly code: string;
}

/** An outside client that issues directives to everyone and writes down what was answered 201. */
export interface IssueJournal {
  /** Every 201, in the order they came. */
  readonly answered: readonly Answered[];
  /** Keys without an answer: what they asked for may or may not have been done. */
  readonly open: ReadonlySet<string>;
  /** Issues without a pause, `clients` at once, until the hub no longer answers or `stop` is called. */
  start(url: string, clients: number): void;
  stop(): void;
  /** Resolves when every client has given up. */
  settled(): Promise<void>;
  /** Asks again with a key, whatever came of it before. */
  repeat(url: string, key: string): Promise<Answered>;
}

export function createIssueJournal(token: string): IssueJournal {
  const answered: Answered[] = [];
  const open = new Set<string>();
  let next = 1;
  let stopped = false;
  let running: Promise<unknown> = Promise.resolve();

  async function ask(url: string, key: string): Promise<Answered> {
    const answer = await call<{ id: string; code: string }>(url, 'POST', '/api/v1/directives', {
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': key },
      body: {
        subject: `Chỉ đạo ${key}`,
        text: `Nội dung của ${key}.`,
        urgency: 'normal',
        recipients: [{ role: 'info', kind: 'everyone' }],
      },
    });
    if (answer.status !== 201) throw new Error(`${key}: ${answer.status} ${JSON.stringify(answer.body)}`);
    open.delete(key);
    return { key, id: answer.body.id, code: answer.body.code };
  }

  async function issueOn(url: string): Promise<void> {
    while (!stopped) {
      const key = `chi-dao-${next}`;
      next += 1;
      open.add(key);
      try {
        answered.push(await ask(url, key));
      } catch {
        // The hub is gone, or says that it cannot: the key stays open and is asked for again later.
        return;
      }
    }
  }

  return {
    answered,
    open,
    start(url, clients) {
      stopped = false;
      running = Promise.all(Array.from({ length: clients }, () => issueOn(url)));
    },
    stop() {
      stopped = true;
    },
    async settled() {
      await running;
    },
    async repeat(url, key) {
      const first = answered.find((one) => one.key === key);
      const again = await ask(url, key);
      if (first === undefined) answered.push(again);
      return again;
    },
  };
}
