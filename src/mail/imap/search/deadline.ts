import { CommandRefused } from '#mail/imap/responses.ts';

/** Throws once a search, sort or threading has had its time (I6). */
export type KeepGoing = () => void;

export function searchDeadline(limits: { readonly searchDeadlineMs: number }): KeepGoing {
  const deadline = performance.now() + limits.searchDeadlineMs;
  return () => {
    if (performance.now() > deadline)
      throw new CommandRefused('The search took too long; narrow it', 'LIMIT');
  };
}
