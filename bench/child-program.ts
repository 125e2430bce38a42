import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A program of the bench in a process of its own, asked one thing at a time. */
export interface ChildProgram<Request, Answer> {
  readonly pid: number;
  ask(request: Request): Promise<Answer>;
  stop(): Promise<void>;
}

/** The program answers each request with one message and ends when its parent is gone. */
export function startChildProgram<Request extends object, Answer extends object>(
  url: URL,
  execArgv: readonly string[] = [],
): ChildProgram<Request, Answer> {
  const child = fork(url, { execArgv: [...execArgv], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return {
    pid: child.pid ?? 0,
    async ask(request) {
      const answered = answerOf<Answer>(child, url);
      child.send(request);
      return answered;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

function answerOf<Answer>(child: ChildProcess, url: URL): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      child.off('exit', onExit);
      const { fault } = message as { fault?: string };
      if (fault === undefined) resolve(message as Answer);
      else reject(new Error(fault));
    };
    const onExit = (code: number | null) => {
      child.off('message', onMessage);
      reject(new Error(`${url.pathname.split('/').at(-1)} ended with ${code}`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}

/** The other side of `startChildProgram`; what the parent sends is what it was typed to send. */
export function answerParent(work: (request: unknown) => Promise<object>): void {
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C reaches every process of the terminal; the parent decides when this one ends.
  process.on('SIGINT', () => undefined);
  process.on('message', (request) => {
    work(request).then(
      (answer) => process.send?.(answer),
      (error: unknown) => process.send?.({ fault: String(error) }),
    );
  });
}
