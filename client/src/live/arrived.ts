export interface ArrivedTools {
  readonly send: (position: number) => void;
  readonly nowMs: () => number;
  /** Between 0 and 1. */
  readonly random: () => number;
  /** Runs once after the delay; answers how to call it off. */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

export interface ArrivedReporter {
  /** Something up to this position has reached the device. */
  readonly note: (position: number, how: 'soon' | 'at_once') => void;
  /** The line is lost: what was not sent is forgotten, since the next line starts with a report of its own. */
  readonly stop: () => void;
}

export const arrivedIntervalMs = 1000;

/**
 * Tells the hub how far the log has reached this device: cumulative, at most once a second, and after a random part of a
 * second, so that one directive to the whole province does not come back as one wave. A hỏa tốc directive in a page that
 * is seen is reported at once.
 */
export function createArrivedReporter(tools: ArrivedTools): ArrivedReporter {
  let reached = -1;
  let reported = -1;
  let lastSentMs = Number.NEGATIVE_INFINITY;
  let callOff: (() => void) | undefined;

  const sendNow = () => {
    callOff?.();
    callOff = undefined;
    if (reached <= reported) return;
    reported = reached;
    lastSentMs = tools.nowMs();
    tools.send(reached);
  };

  return {
    note(position, how) {
      reached = Math.max(reached, position);
      if (reached <= reported) return;
      if (how === 'at_once') return sendNow();
      if (callOff !== undefined) return;
      const spacingMs = Math.max(0, lastSentMs + arrivedIntervalMs - tools.nowMs());
      callOff = tools.after(Math.max(spacingMs, tools.random() * arrivedIntervalMs), sendNow);
    },
    stop() {
      callOff?.();
      callOff = undefined;
      reported = -1;
    },
  };
}
