import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { DirectivesPage } from '#client/directives/directives-page.tsx';
import { shows, type Show } from '#client/directives/standing.ts';
import { WorkPage } from '#client/work/work-page.tsx';
import { NotFound } from './not-found.tsx';
import { Shell } from './shell.tsx';

interface ListSearch {
  readonly show?: Show;
  /** The code of the open directive in ASCII: a link, Back and reload give the same sight. */
  readonly open?: string;
}

function listSearch(typed: Record<string, unknown>): ListSearch {
  const show = shows.find((each) => each === typed['show']);
  const open = typeof typed['open'] === 'string' ? typed['open'] : undefined;
  return { ...(show === undefined ? {} : { show }), ...(open === undefined ? {} : { open }) };
}

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const workRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: WorkPage,
  validateSearch: listSearch,
});

const directivesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/directives',
  component: DirectivesPage,
  validateSearch: (typed: Record<string, unknown>): ListSearch & { readonly tab?: 'issued' } => ({
    ...listSearch(typed),
    ...(typed['tab'] === 'issued' ? { tab: 'issued' as const } : {}),
  }),
});

const composeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/directives/new',
  component: lazyRouteComponent(() => import('#client/compose/compose-page.tsx'), 'ComposePage'),
});

const boardRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/board/$code',
  component: lazyRouteComponent(() => import('#client/board/board-page.tsx'), 'BoardPage'),
});

const heldRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/mail/held',
  component: lazyRouteComponent(() => import('#client/mail/held-page.tsx'), 'HeldPage'),
});

const outboundRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/mail/outbound',
  component: lazyRouteComponent(() => import('#client/mail/outbound-page.tsx'), 'OutboundPage'),
  validateSearch: (typed: Record<string, unknown>): { readonly tab?: 'waiting'; readonly open?: number } => ({
    ...(typed['tab'] === 'waiting' ? { tab: 'waiting' as const } : {}),
    ...(Number.isSafeInteger(typed['open']) ? { open: typed['open'] as number } : {}),
  }),
});

/** The frame itself asks for the sign-in wherever nobody is signed in; here there is nothing else. */
const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  component: () => undefined,
});

export function createPageRouter() {
  return createRouter({
    routeTree: rootRoute.addChildren([
      workRoute,
      directivesRoute,
      composeRoute,
      boardRoute,
      heldRoute,
      outboundRoute,
      signInRoute,
    ]),
    defaultPreload: 'intent',
    scrollRestoration: false,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPageRouter>;
  }
}
