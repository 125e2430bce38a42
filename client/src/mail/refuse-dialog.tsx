import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { HeldTaskView } from '#protocol/view.ts';
import { Dialog } from '#client/frame/dialog.tsx';
import { useLive } from '#client/frame/use-live.ts';
import { Refusal } from '#client/live/http.ts';
import { useWords } from '#client/words/language.ts';
import { useRefusalWords } from '#client/words/refusal-words.ts';

/** A refusal is told to a sender of the province with its reason. */
export function RefuseDialog({ task, onClose }: { task: HeldTaskView; onClose: () => void }) {
  const { t } = useWords();
  const live = useLive();
  const why = useRefusalWords();
  const [note, setNote] = useState('');
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const refuse = () => {
    const words = note.trim();
    if (words === '') return setFault(t('held.reasonMissing'));
    setBusy(true);
    live
      .askHub({ method: 'POST', path: `/held-mail/${task.id}/refuse`, body: { note: words } })
      .then(onClose, (refused: unknown) => {
        setFault(why(refused instanceof Refusal ? refused : new Refusal('internal')));
        setBusy(false);
      });
  };
  return (
    <Dialog title={t('held.refuseTitle')} onClose={onClose}>
      <form
        className="recall"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) refuse();
        }}
      >
        <p>{task.subject ?? t('held.noSubject')}</p>
        <Textarea
          data-testid="refuse-reason"
          label={t('held.reason')}
          required
          data-autofocus
          rows={3}
          maxLength={2000}
          value={note}
          error={fault}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <div className="dialog-acts">
          <Button type="submit" className="danger-button" aria-disabled={busy}>
            {t('held.refuse')}
          </Button>
          <Button type="button" variant="default" onClick={onClose}>
            {t('app.close')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
