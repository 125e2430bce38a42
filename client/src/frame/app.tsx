import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import type { Live } from '#client/live/live.ts';
import { createPageRouter } from './routes.ts';
import { fromTokensResolver, theme } from './theme.ts';
import { LiveContext } from './use-live.ts';

export function App({ live }: { live: Live }) {
  const [queryClient] = useState(
    () =>
      new QueryClient({
        // What the log covers never goes stale by age: changes say when to look again.
        defaultOptions: {
          queries: { staleTime: Number.POSITIVE_INFINITY, retry: 1, refetchOnWindowFocus: false },
        },
      }),
  );
  const [router] = useState(createPageRouter);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={fromTokensResolver} defaultColorScheme="auto">
      <LiveContext value={live}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </LiveContext>
    </MantineProvider>
  );
}
