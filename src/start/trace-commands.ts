import { randomUUID } from 'node:crypto';
import type { TracedStep, TraceFilter } from '#app/ports/mail-trace.ts';
import { createMailTrace } from '#store/mail/mail-trace-read.ts';
import type { CommandContext, Commands } from './command.ts';
import { plain } from './plain.ts';

const stepsMax = 200;

/** What happened to mail, for `npm run hub`: what an administrator may see. */
export const traceCommands: Commands = {
  'trace find': {
    usage: 'trace find ADDRESS',
    about: `The newest ${stepsMax} steps of mail from or to an address, oldest first.`,
    words: 1,
    async run(context, [address = '']) {
      const [sent, got] = await Promise.all([
        stepsOf(context, { sender: address }),
        stepsOf(context, { recipient: address }),
      ]);
      const steps = new Map([...sent, ...got].map((step) => [step.id, step]));
      write(context, [...steps.values()].toSorted((left, right) => right.id - left.id).slice(0, stepsMax));
    },
  },
  'trace show': {
    usage: 'trace show MESSAGE-ID',
    about: 'Every step of the message with this Message-ID, oldest first.',
    words: 1,
    async run(context, [id = '']) {
      write(context, await stepsOf(context, { messageIdHeader: id.startsWith('<') ? id : `<${id}>` }));
    },
  },
};

async function stepsOf({ database }: CommandContext, filter: TraceFilter): Promise<readonly TracedStep[]> {
  const scope = { accountId: randomUUID(), clerkOf: [], everything: true };
  const { items } = await createMailTrace(database).find(filter, scope, { limit: stepsMax });
  return items;
}

function write(context: CommandContext, steps: readonly TracedStep[]): void {
  for (const step of steps.toReversed()) context.write(`${lineOf(step)}\n`);
  if (steps.length === 0) context.write('Nothing is known of it in the last 90 days.\n');
}

const recipientsShown = 5;

function lineOf({ at, step, messageIdHeader, sender, recipients, detail }: TracedStep): string {
  const more = recipients.length - recipientsShown;
  const to = [...recipients.slice(0, recipientsShown), ...(more > 0 ? [`+${more}`] : [])].join(' ');
  const words = [detail.status, detail.host, detail.reply, detail.reason].filter(
    (word) => word !== undefined,
  );
  return [at.toISOString(), step, messageIdHeader ?? '-', sender || '<>', to, ...words].map(plain).join('\t');
}
