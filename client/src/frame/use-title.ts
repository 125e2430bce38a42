import { useEffect } from 'react';
import { useWords } from '#client/words/language.ts';
import { waitsForMe } from '#client/directives/standing.ts';
import { useDirectives } from './use-live.ts';

/** The title of the tab, led by the number of directives that wait for an acknowledgement. */
export function useTitle(place: string): void {
  const { t } = useWords();
  const waiting = useDirectives().filter((directive) => waitsForMe(directive)).length;
  const name = t('app.short');
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${place} – ${name}`;
  }, [place, name, waiting]);
}
