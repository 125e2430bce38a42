import type { Refusal } from '#client/live/http.ts';
import { useWords } from './language.ts';
import { vi, type WordKey } from './vi.ts';

type RefusalKey = Exclude<Extract<WordKey, `refusal.${string}`>, 'refusal.internal'>;

/** A refusal as a sentence; a code without one, and a fault, say the id under which the hub has logged it. */
export function useRefusalWords(): (refusal: Refusal) => string {
  const { t } = useWords();
  return (refusal) => {
    const key = `refusal.${refusal.code}`;
    if (key in vi && key !== 'refusal.internal') return t(key as RefusalKey);
    return t('refusal.internal', { id: refusal.requestId ?? refusal.code });
  };
}
