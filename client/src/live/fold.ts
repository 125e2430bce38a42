import { apply, type ClientState } from '#protocol/apply.ts';
import type { Change } from '#protocol/change.ts';

/** Everything up to here has been said; moves the position over what was not for this viewer. */
interface Synced {
  readonly type: 'synced';
  readonly position: number;
}

export interface Fold {
  readonly state: () => ClientState | undefined;
  readonly take: (step: Change | Synced) => void;
  /** Keeps changes back until the snapshot that is being fetched arrives. */
  readonly hold: () => void;
  /** A fresh snapshot; what was kept back is folded onto it in the same commit. */
  readonly replace: (snapshot: ClientState) => void;
  readonly clear: () => void;
}

/**
 * The state of the page: a snapshot moved forward by `apply`, the only writer. Changes are folded in batches, once per
 * `schedule` (an animation frame), so that a wave of a thousand costs one drawing. `folded` hears of each batch, after
 * the state has moved.
 */
export function createFold(tools: {
  schedule: (run: () => void) => void;
  folded: (changes: readonly Change[]) => void;
}): Fold {
  let state: ClientState | undefined;
  let queue: (Change | Synced)[] = [];
  let held = false;
  let scheduled = false;

  const flush = () => {
    scheduled = false;
    if (held || state === undefined) return;
    const steps = queue;
    queue = [];
    const applied: Change[] = [];
    for (const step of steps) {
      if (step.position <= state.position) continue;
      if (step.type === 'synced') {
        state = { ...state, position: step.position };
      } else {
        state = apply(state, step);
        applied.push(step);
      }
    }
    if (steps.length > 0) tools.folded(applied);
  };

  return {
    state: () => state,
    take(step) {
      queue.push(step);
      if (scheduled || held) return;
      scheduled = true;
      tools.schedule(flush);
    },
    hold() {
      held = true;
    },
    replace(snapshot) {
      // A snapshot that was read before changes already folded would take them back.
      if (
        state === undefined ||
        snapshot.position >= state.position ||
        snapshot.me.accountId !== state.me.accountId
      )
        state = snapshot;
      held = false;
      const steps = queue.length;
      flush();
      if (steps === 0) tools.folded([]);
    },
    clear() {
      state = undefined;
      queue = [];
      held = false;
      tools.folded([]);
    },
  };
}
