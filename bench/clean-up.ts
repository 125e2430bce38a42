/** What has to be undone, the last first, however the bench ends. */
export interface CleanUp {
  /** Throws when the clean-up has begun: what was just begun is undone too, and nothing more may begin. */
  add(undo: () => Promise<unknown>): void;
  /** Safe to repeat. A step that fails does not keep the others from being done. */
  run(): Promise<void>;
}

export function createCleanUp(): CleanUp {
  const steps: (() => Promise<unknown>)[] = [];
  let running: Promise<void> | undefined;
  async function runAll(): Promise<void> {
    for (let undo = steps.pop(); undo !== undefined; undo = steps.pop()) {
      try {
        await undo();
      } catch (error) {
        process.stderr.write(`clean-up: ${String(error)}\n`);
      }
    }
  }
  return {
    add(undo) {
      steps.push(undo);
      if (running !== undefined) throw new Error('the bench was interrupted');
    },
    run: () => (running ??= runAll()),
  };
}
