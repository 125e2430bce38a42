import { Button } from '@mantine/core';
import { useState } from 'react';
import type { HeldTaskView } from '#protocol/view.ts';
import { useHeldMail, useLive } from '#client/frame/use-live.ts';
import { useNow } from '#client/frame/use-now.ts';
import { useTitle } from '#client/frame/use-title.ts';
import { Refusal } from '#client/live/http.ts';
import { useWords } from '#client/words/language.ts';
import { useRefusalWords } from '#client/words/refusal-words.ts';
import { clockTime, weekdayDate } from '#client/words/time-phrase.ts';
import { RefuseDialog } from './refuse-dialog.tsx';
import './mail.css';

/** "Thư chờ duyệt": what was written to a moderated group and waits for the person's word; the rows move live. */
export function HeldPage() {
  const { t, language } = useWords();
  const now = useNow();
  const tasks = useHeldMail();
  useTitle(t('place.held'));
  return (
    <div className="page page-list">
      <div className="page-head">
        <h1>{t('place.held')}</h1>
        <p className="page-note">
          {weekdayDate(now, language)} · {t('held.count', { count: tasks.length })}
        </p>
      </div>
      {tasks.length === 0 ? (
        <p className="mail-empty">{t('held.none')}</p>
      ) : (
        <ul className="mail-list" aria-label={t('place.held')}>
          {tasks.map((task) => (
            <HeldRow key={task.id} task={task} />
          ))}
        </ul>
      )}
    </div>
  );
}

function HeldRow({ task }: { task: HeldTaskView }) {
  const { t } = useWords();
  const live = useLive();
  const why = useRefusalWords();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const [refusing, setRefusing] = useState(false);
  const approve = () => {
    setBusy(true);
    setFault(undefined);
    live
      .askHub({ method: 'POST', path: `/held-mail/${task.id}/release`, body: {} })
      .catch((refused: unknown) => {
        setFault(why(refused instanceof Refusal ? refused : new Refusal('internal')));
        setBusy(false);
      });
  };
  return (
    <li className="mail-row" data-testid="held-row">
      <div className="mail-words">
        <strong className="mail-subject">{task.subject ?? t('held.noSubject')}</strong>
        <span className="mail-note">
          {t('held.way', { sender: task.sender, group: task.group, time: clockTime(new Date(task.heldAt)) })}
        </span>
        {fault !== undefined && (
          <span className="mail-fault" role="alert">
            {t('act.failed', { reason: fault })}
          </span>
        )}
      </div>
      <div className="mail-acts">
        <a className="mail-link" href={`/api/v1/held-mail/${task.id}/message`} download>
          {t('held.read')}
        </a>
        <Button data-testid="held-approve" aria-disabled={busy} onClick={() => !busy && approve()}>
          {t('held.approve')}
        </Button>
        <Button variant="default" data-testid="held-refuse" onClick={() => setRefusing(true)}>
          {t('held.refuse')}
        </Button>
      </div>
      {refusing && <RefuseDialog task={task} onClose={() => setRefusing(false)} />}
    </li>
  );
}
