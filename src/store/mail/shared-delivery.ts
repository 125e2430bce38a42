import type { MailReceptionTransaction } from '#app/ports/mail-delivery.ts';
import type { Transaction } from '#store/database.ts';
import { recordTimedEvents, type TimedEvent } from '#store/log/record-events.ts';
import { absentAmong } from './absence-store.ts';
import { deliverTogether } from './deliver-together.ts';
import { expandTogether } from './expand-recipients.ts';
import { holdMail } from './held-mail.ts';
import { recordTimedTrace, type TimedTrace } from './mail-trace-write.ts';
import { placementsTogether } from './mail-rules.ts';
import { enqueueOutbound } from './outbound-queue.ts';
import { takeOnce } from './taken-mail.ts';

/** What several messages ask for in one step of their way, until it is their turn. */
interface Step {
  readonly waiting: number;
  /** Takes no lock and writes nothing, so it may go with any other step. */
  readonly reads: boolean;
  run(): Promise<void>;
  abandon(reason: Error): void;
}

interface Call<Input, Output> {
  readonly input: Input;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Several deliveries in one transaction. Each is a function that knows nothing of the others; it waits at each step of
 * its way until all of them wait, and then the earliest step is done for everyone at once. So they go in lockstep, in
 * the order of the steps, which is that of the locks: two transactions never hold what the other one wants. Trace and
 * events are written last (`recordEvents`). Rejects when one of them does.
 */
export async function deliverShared<Result>(
  tx: Transaction,
  works: readonly ((tx: MailReceptionTransaction) => Promise<Result>)[],
): Promise<readonly Result[]> {
  const steps: Step[] = [];
  let turn: 'none' | 'due' | 'under way' = 'none';

  /** After everything that can go on without the database has done so. */
  function wake(): void {
    if (turn !== 'none') return;
    turn = 'due';
    setImmediate(() => void takeTurn());
  }

  async function takeTurn(): Promise<void> {
    turn = 'under way';
    const [first, ...others] = steps.filter(({ waiting }) => waiting > 0);
    await Promise.all([first?.run(), ...others.filter(({ reads }) => reads).map((one) => one.run())]);
    turn = 'none';
    if (steps.some(({ waiting }) => waiting > 0)) wake();
  }

  function step<Input, Output>(
    run: (inputs: readonly Input[]) => Promise<readonly Output[]>,
    reads = false,
  ): (input: Input) => Promise<Output> {
    let calls: Call<Input, Output>[] = [];
    steps.push({
      reads,
      get waiting() {
        return calls.length;
      },
      async run() {
        const taken = calls;
        calls = [];
        try {
          const outputs = await run(taken.map(({ input }) => input));
          for (const [place, { resolve }] of taken.entries()) resolve(outputs[place] as Output);
        } catch (error) {
          for (const { reject } of taken) reject(error);
        }
      },
      abandon(reason) {
        for (const { reject } of calls) reject(reason);
        calls = [];
      },
    });
    return (input) =>
      new Promise((resolve, reject) => {
        calls.push({ input, resolve, reject });
        wake();
      });
  }

  const traces: TimedTrace[] = [];
  const events: TimedEvent[] = [];
  const shared = receptionOf(tx, step, traces, events);
  const results = await Promise.allSettled(
    works.map(async (work) => {
      try {
        return await work(shared);
      } catch (error) {
        // Nothing of the others will be kept, so they need not go on.
        const reason = new Error('another delivery of the same transaction failed', { cause: error });
        for (const { abandon } of steps) abandon(reason);
        throw error;
      }
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  recordTimedTrace(tx, traces);
  recordTimedEvents(tx, events);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

type MakeStep = <Input, Output>(
  run: (inputs: readonly Input[]) => Promise<readonly Output[]>,
  reads?: boolean,
) => (input: Input) => Promise<Output>;

/** The steps, in the order in which every delivery takes them. */
function receptionOf(
  tx: Transaction,
  step: MakeStep,
  traces: TimedTrace[],
  events: TimedEvent[],
): MailReceptionTransaction {
  const take = step((inputs: readonly { key: Buffer; at: Date }[]) => takeOnce(tx, inputs));
  const expand = step((inputs: Parameters<typeof expandTogether>[1]) => expandTogether(tx, inputs), true);
  const place = step(
    (inputs: Parameters<typeof placementsTogether>[1]) => placementsTogether(tx, inputs),
    true,
  );
  const deliver = step((inputs: Parameters<typeof deliverTogether>[1]) => deliverTogether(tx, inputs));
  const hold = step(each((input: Parameters<typeof holdMail>[1]) => holdMail(tx, input)));
  const enqueue = step(each((input: Parameters<typeof enqueueOutbound>[1]) => enqueueOutbound(tx, input)));
  const absent = step(
    (inputs: readonly { accountIds: readonly string[]; at: Date }[]) => absentTogether(tx, inputs),
    true,
  );
  return {
    takeOnce: (key, at) => take({ key, at }),
    expand: (addresses, writer, approved) => expand({ addresses, writer, approved }),
    placements: (accountIds, facts) => place({ accountIds, facts }),
    deliver: (input) => deliver(input),
    hold: (input) => hold(input),
    enqueue: (input) => enqueue(input),
    absent: (accountIds, at) => absent({ accountIds, at }),
    trace(entries, at) {
      traces.push(...entries.map((entry) => ({ entry, at })));
      return Promise.resolve();
    },
    record(recorded, at) {
      events.push(...recorded.map((event) => ({ event, at })));
      return Promise.resolve();
    },
  };
}

/** For steps that few messages take. */
function each<Input, Output>(
  run: (input: Input) => Promise<Output>,
): (inputs: readonly Input[]) => Promise<readonly Output[]> {
  return async (inputs) => {
    const outputs: Output[] = [];
    for (const input of inputs) outputs.push(await run(input));
    return outputs;
  };
}

/** Messages of one transaction come within moments; whoever is away at the last of them is. */
async function absentTogether(
  tx: Transaction,
  inputs: readonly { readonly accountIds: readonly string[]; readonly at: Date }[],
): Promise<readonly (readonly string[])[]> {
  const at = new Date(Math.max(...inputs.map((input) => input.at.getTime())));
  const away = new Set(
    await absentAmong(tx, [...new Set(inputs.flatMap(({ accountIds }) => accountIds))], at),
  );
  return inputs.map(({ accountIds }) => accountIds.filter((id) => away.has(id)));
}
