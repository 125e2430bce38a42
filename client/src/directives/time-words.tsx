import {
  IconCircle,
  IconCircleCheck,
  IconClockExclamation,
  IconClockHour4,
  IconCircleOff,
} from '@tabler/icons-react';
import type { DirectiveView } from '#protocol/view.ts';
import { useNow } from '#client/frame/use-now.ts';
import { useWords } from '#client/words/language.ts';
import { deadlinePhrase, shortMoment, type DeadlinePhrase } from '#client/words/time-phrase.ts';
import { acknowledgeBy, standingOf } from './standing.ts';

const icons = { open: IconCircle, near: IconClockHour4, overdue: IconClockExclamation };

/** The phrase of a deadline in the language of the page. */
export function usePhrase() {
  const { t } = useWords();
  return ({ tone, unit, count }: DeadlinePhrase) =>
    t(`time.${tone === 'overdue' ? 'late' : 'left'}.${unit}`, { count });
}

function Toned({ phrase, text }: { phrase: DeadlinePhrase; text: string }) {
  const Icon = icons[phrase.tone];
  return (
    <span className={`time time-${phrase.tone}`}>
      <Icon size={16} stroke={1.75} aria-hidden />
      <span>{text}</span>
    </span>
  );
}

/** What time says about a directive: what is left to acknowledge, what is left to do, or that it is over. */
export function TimeWords({ directive }: { directive: DirectiveView }) {
  const { t } = useWords();
  const now = useNow();
  const words = usePhrase();
  const standing = standingOf(directive);
  if (standing === 'recalled')
    return (
      <span className="time time-over">
        <IconCircleOff size={16} stroke={1.75} aria-hidden />
        <span>{t('row.recalled')}</span>
      </span>
    );
  const by = acknowledgeBy(directive);
  if (by !== undefined && (standing === 'sent' || standing === 'opened')) {
    const phrase = deadlinePhrase(by, now);
    return <Toned phrase={phrase} text={t('time.acknowledgeLeft', { phrase: words(phrase) })} />;
  }
  if (directive.dueAt === undefined) return <span className="time">{t('time.noDeadline')}</span>;
  const due = new Date(directive.dueAt);
  const phrase = deadlinePhrase(due, now);
  return <Toned phrase={phrase} text={`${words(phrase)} · ${shortMoment(due, now)}`} />;
}

/** The receipt in the slot of the button, so that nothing moves when the button becomes a record. */
export function AcknowledgedAt({ at }: { at: string }) {
  const { t } = useWords();
  const now = useNow();
  return (
    <span className="time time-done">
      <IconCircleCheck size={16} stroke={1.75} aria-hidden />
      <span>{t('row.acknowledgedAt', { time: shortMoment(new Date(at), now) })}</span>
    </span>
  );
}
