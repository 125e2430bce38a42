import type { ClientState } from '#protocol/apply.ts';
import type { Change } from '#protocol/change.ts';
import { createArrivedReporter } from './arrived.ts';
import { createCommands, type Commands } from './commands.ts';
import { createConnection, type Connection, type Line } from './connection.ts';
import { createFold } from './fold.ts';
import { createAskHub, Refusal, type AskHub } from './http.ts';
import { createOutbox, type Outbox, type OutboxEntry } from './outbox.ts';

export type Session = 'starting' | 'signed_out' | 'signed_in' | 'expired' | 'unreachable';

/** All that the page knows at one moment; a new object whenever a part of it changes. */
export interface LiveView {
  readonly session: Session;
  readonly hub: ClientState | undefined;
  /** How many snapshots were loaded: what is kept beside the fold is read again when one more is. */
  readonly snapshots: number;
  readonly line: Line;
  readonly waiting: readonly OutboxEntry[];
  /** Why an act from the outbox was refused, by directive. */
  readonly refused: ReadonlyMap<string, Refusal>;
}

export interface Live {
  readonly view: () => LiveView;
  readonly subscribe: (listener: () => void) => () => void;
  /** Hears each folded batch, for views that keep more than the fold (the board). */
  readonly onChanges: (listener: (changes: readonly Change[]) => void) => () => void;
  readonly start: () => Promise<void>;
  readonly signIn: (address: string, password: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
  readonly tryNow: () => void;
  readonly acknowledge: (directiveId: string, assignmentId: string) => void;
  readonly markOpened: (directiveId: string, assignmentId: string) => void;
  readonly commands: Commands;
  readonly askHub: AskHub;
}

/** How long an answered act may wait for its event before the row stops showing it as under way. */
const eventAfterAnswerMs = 5000;
const retrySnapshotMs = 4000;
const hiddenFlushMs = 250;

export function createLive(): Live {
  let view: LiveView = {
    session: 'starting',
    hub: undefined,
    snapshots: 0,
    line: { state: 'reconnecting', since: new Date() },
    waiting: [],
    refused: new Map(),
  };
  const listeners = new Set<() => void>();
  const changeListeners = new Set<(changes: readonly Change[]) => void>();
  let connection: Connection | undefined;
  let outbox: Outbox | undefined;
  let loading: Promise<void> | undefined;
  const sending = new Set<string>();

  const set = (part: Partial<LiveView>) => {
    view = { ...view, ...part };
    for (const listener of listeners) listener();
  };
  const signedOut = () => {
    connection?.close();
    connection = undefined;
    set({ session: view.hub === undefined ? 'signed_out' : 'expired' });
  };
  const askHub = createAskHub(signedOut);
  const commands = createCommands(() => connection?.socket, askHub);
  const fold = createFold({ schedule: onNextFrame, folded });
  const arrived = createArrivedReporter({
    send: (position) => connection?.socket.emit('arrived', { position }),
    nowMs: () => performance.now(),
    random: Math.random,
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  });

  function folded(changes: readonly Change[]) {
    set({ hub: fold.state() });
    reportArrival(changes);
    for (const listener of changeListeners) listener(changes);
    for (const entry of outbox?.entries() ?? [])
      if (entry.state === 'answered' && isRecorded(entry, view.hub)) outbox?.remove(entry.key);
  }

  function reportArrival(changes: readonly Change[]) {
    const position = view.hub?.position;
    if (position === undefined || view.line.state !== 'live') return;
    const received = changes.flatMap((change) =>
      change.type === 'directive.issued' && change.directive.mine !== undefined ? [change.directive] : [],
    );
    if (received.length === 0) return;
    const flash = received.some((directive) => directive.urgency === 'hoa_toc');
    arrived.note(position, flash && document.visibilityState === 'visible' ? 'at_once' : 'soon');
  }

  function lineChanged(line: Line) {
    set({ line });
    if (line.state !== 'live') return arrived.stop();
    const reached = view.hub;
    if (reached?.directives.some((directive) => directive.mine !== undefined))
      arrived.note(reached.position, 'soon');
    for (const entry of outbox?.entries() ?? []) if (entry.state === 'waiting') void deliver(entry);
  }

  /** One snapshot at a time; a second wish while one is on its way is served by asking again after it. */
  function loadSnapshot(): Promise<void> {
    fold.hold();
    const before = loading ?? Promise.resolve();
    const mine = before.then(async () => {
      fold.replace(await askHub<ClientState>({ method: 'GET', path: '/snapshot' }));
      set({ snapshots: view.snapshots + 1 });
    });
    loading = mine.catch(() => undefined);
    return mine;
  }

  function resync() {
    loadSnapshot().catch((reason: unknown) => {
      if (reason instanceof Refusal && reason.status === 401) return;
      setTimeout(resync, retrySnapshotMs);
    });
  }

  function connect(hub: ClientState) {
    outbox ??= createOutbox({
      storage: localStorage,
      accountId: hub.me.accountId,
      newKey: () => crypto.randomUUID(),
      changed: () => set({ waiting: outbox?.entries() ?? [] }),
    });
    set({ session: 'signed_in', waiting: outbox.entries() });
    connection?.close();
    connection = createConnection({
      askHub,
      position: () => fold.state()?.position ?? 0,
      changed: (change) => fold.take(change),
      synced: (position) => fold.take({ type: 'synced', position }),
      resync,
      sessionEnded: signedOut,
      lineChanged,
    });
    connection.open();
  }

  async function start() {
    try {
      await loadSnapshot();
    } catch (reason) {
      if (view.session !== 'signed_out' && view.session !== 'expired') set({ session: 'unreachable' });
      if (reason instanceof Refusal) return;
      throw reason;
    }
    const hub = fold.state();
    if (hub !== undefined) connect(hub);
  }

  async function deliver(entry: OutboxEntry) {
    if (sending.has(entry.key)) return;
    sending.add(entry.key);
    try {
      if (entry.command === 'assignment.open') await commands.open(entry.assignmentId, entry.key);
      else await commands.acknowledge(entry.assignmentId, entry.key);
      outbox?.answered(entry.key);
      setTimeout(() => outbox?.remove(entry.key), eventAfterAnswerMs);
    } catch (reason) {
      // Without a line, or with an ended session, the act waits; a refusal is final and its row says why.
      if (!(reason instanceof Refusal) || reason.code === 'offline' || reason.status === 401) return;
      outbox?.remove(entry.key);
      if (entry.command === 'assignment.acknowledge')
        set({ refused: new Map([...view.refused, [entry.directiveId, reason]]) });
    } finally {
      sending.delete(entry.key);
    }
  }

  function act(command: OutboxEntry['command'], directiveId: string, assignmentId: string) {
    if (outbox === undefined) return;
    if (view.refused.has(directiveId))
      set({ refused: new Map([...view.refused].filter(([id]) => id !== directiveId)) });
    void deliver(outbox.add({ command, directiveId, assignmentId }));
  }

  return {
    view: () => view,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onChanges(listener) {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
    start,
    async signIn(address, password) {
      const before = view.hub?.me.accountId;
      await askHub({ method: 'POST', path: '/sessions', body: { address, password } });
      await start();
      // Another person at the same screen must not see what the first one had open.
      if (before !== undefined && view.hub?.me.accountId !== before) location.assign('/');
    },
    async signOut() {
      // First the hub: a screen that says "signed out" while the cookie still opens the door would be a lie.
      await askHub({ method: 'DELETE', path: '/sessions/current' }).catch((reason: unknown) => {
        if (!(reason instanceof Refusal) || reason.status !== 401) throw reason;
      });
      outbox?.clear();
      connection?.close();
      connection = undefined;
      outbox = undefined;
      fold.clear();
      set({ session: 'signed_out', refused: new Map(), waiting: [] });
    },
    tryNow: () => (connection === undefined ? void start() : connection.tryNow()),
    acknowledge: (directiveId, assignmentId) => act('assignment.acknowledge', directiveId, assignmentId),
    markOpened: (directiveId, assignmentId) => act('assignment.open', directiveId, assignmentId),
    commands,
    askHub,
  };
}

function isRecorded(entry: OutboxEntry, hub: ClientState | undefined): boolean {
  const mine = hub?.directives.find((directive) => directive.id === entry.directiveId)?.mine;
  return entry.command === 'assignment.open'
    ? mine?.openedAt !== undefined
    : mine?.acknowledgedAt !== undefined;
}

/** A hidden page gets no animation frames, yet its state must go on. */
function onNextFrame(run: () => void) {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    run();
  };
  requestAnimationFrame(once);
  setTimeout(once, hiddenFlushMs);
}
