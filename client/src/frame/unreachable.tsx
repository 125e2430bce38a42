import { Button } from '@mantine/core';
import { useWords } from '#client/words/language.ts';
import { useLive } from './use-live.ts';

/** The hub did not answer the first question: there is nothing older to show. */
export function Unreachable() {
  const { t } = useWords();
  const live = useLive();
  return (
    <main className="alone">
      <div className="card" role="alert">
        <h1>{t('app.name')}</h1>
        <p>{t('refusal.unavailable')}</p>
        <Button onClick={() => live.tryNow()}>{t('app.retry')}</Button>
      </div>
    </main>
  );
}
