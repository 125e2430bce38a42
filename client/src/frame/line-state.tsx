import { useWords } from '#client/words/language.ts';
import { clockTime } from '#client/words/time-phrase.ts';
import { useLive, useLiveView } from './use-live.ts';

/** Whether the event line is up: the word of the line itself, not of any request that happened to succeed. */
export function LineState() {
  const { t } = useWords();
  const line = useLiveView((view) => view.line);
  const waiting = useLiveView((view) => view.waiting).filter((entry) => entry.state === 'waiting').length;
  const text =
    line.state === 'live'
      ? t('line.live')
      : line.state === 'reconnecting'
        ? t('line.reconnecting')
        : t('line.offline', { time: clockTime(line.since) });
  return (
    <span className="line" data-testid="line-state" data-state={line.state} role="status">
      <span className="line-mark" aria-hidden />
      <span className="line-words">{text}</span>
      {waiting > 0 && line.state !== 'live' && (
        <span className="line-waiting">◌ {t('line.waiting', { count: waiting })}</span>
      )}
    </span>
  );
}

/** Stays until the event line is back, whatever else succeeds. */
export function OfflineBar() {
  const { t } = useWords();
  const live = useLive();
  const line = useLiveView((view) => view.line);
  const waiting = useLiveView((view) => view.waiting).filter((entry) => entry.state === 'waiting').length;
  if (line.state !== 'offline') return null;
  const time = clockTime(line.since);
  return (
    <div className="offline-bar">
      <span>{t('line.offlineNote', { time, seen: time, count: waiting })}</span>
      <button type="button" className="bar-button" onClick={() => live.tryNow()}>
        {t('line.tryNow')}
      </button>
    </div>
  );
}
