import { createContext, use, useSyncExternalStore } from 'react';
import type { MeView } from '#protocol/view.ts';
import type { Live, LiveView } from '#client/live/live.ts';

export const LiveContext = createContext<Live | undefined>(undefined);

export function useLive(): Live {
  const live = use(LiveContext);
  if (live === undefined) throw new Error('A view was drawn outside the live connection.');
  return live;
}

/** A part of what the page knows. `select` answers the same object while that part is unchanged. */
export function useLiveView<Part>(select: (view: LiveView) => Part): Part {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, () => select(live.view()));
}

const noDirectives: NonNullable<LiveView['hub']>['directives'] = [];

export function useDirectives() {
  return useLiveView((view) => view.hub?.directives ?? noDirectives);
}

const noHeldMail: NonNullable<LiveView['hub']>['heldMail'] = [];

/** What waits for the person's word as a moderator. */
export function useHeldMail() {
  return useLiveView((view) => view.hub?.heldMail ?? noHeldMail);
}

/** Who is signed in; only for views inside the frame, which is not drawn before the snapshot is here. */
export function useMe(): MeView {
  const me = useLiveView((view) => view.hub?.me);
  if (me === undefined) throw new Error('A view for a signed-in person was drawn without one.');
  return me;
}
