import { getRouteApi } from '@tanstack/react-router';
import { ReceivedWork } from '#client/directives/received-work.tsx';
import { useDirectives } from '#client/frame/use-live.ts';
import { useNow } from '#client/frame/use-now.ts';
import { useTitle } from '#client/frame/use-title.ts';
import { waitsForMe } from '#client/directives/standing.ts';
import { useWords } from '#client/words/language.ts';
import { weekdayDate } from '#client/words/time-phrase.ts';

const route = getRouteApi('/');

/** "Việc của tôi": what is mine, by when, and who gave it. */
export function WorkPage() {
  const { t, language } = useWords();
  const now = useNow();
  const { show, open } = route.useSearch();
  const waiting = useDirectives().filter((directive) => waitsForMe(directive)).length;
  useTitle(t('place.work'));
  return (
    <div className="page page-list">
      <div className="page-head">
        <h1>{t('place.work')}</h1>
        <p className="page-note">
          {weekdayDate(now, language)} · {t('work.lastSeen', { count: waiting })}
        </p>
      </div>
      <ReceivedWork show={show} open={open} />
    </div>
  );
}
