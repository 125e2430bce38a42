import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { DirectiveView } from '#protocol/view.ts';
import { Dialog } from '#client/frame/dialog.tsx';
import { useLive } from '#client/frame/use-live.ts';
import { Refusal } from '#client/live/http.ts';
import { useWords } from '#client/words/language.ts';
import { useRefusalWords } from '#client/words/refusal-words.ts';

/** A recall (thu hồi) is told to every recipient with its reason, and cannot be taken back. */
export function RecallDialog({ directive, onClose }: { directive: DirectiveView; onClose: () => void }) {
  const { t } = useWords();
  const live = useLive();
  const why = useRefusalWords();
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [attempt, setAttempt] = useState({ reason: '', key: '' });

  const recall = () => {
    const words = reason.trim();
    if (words === '') return setFault(t('board.recallReasonMissing'));
    // The same words sent again after a lost answer are the same recall.
    const key = attempt.reason === words ? attempt.key : crypto.randomUUID();
    setAttempt({ reason: words, key });
    setBusy(true);
    setFault(undefined);
    live.commands.recall({ id: directive.id, reason: words }, key).then(onClose, (refused: unknown) => {
      setFault(why(refused instanceof Refusal ? refused : new Refusal('internal')));
      setBusy(false);
    });
  };
  return (
    <Dialog title={t('board.recallTitle', { code: directive.code })} onClose={onClose}>
      <form
        className="recall"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) recall();
        }}
      >
        <p>{t('board.recallNote')}</p>
        <Textarea
          data-testid="recall-reason"
          label={t('board.recallReason')}
          required
          data-autofocus
          rows={3}
          maxLength={2000}
          value={reason}
          error={fault}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <div className="dialog-acts">
          <Button type="submit" className="danger-button" data-testid="recall-confirm" aria-disabled={busy}>
            {t('board.recallConfirm')}
          </Button>
          <Button type="button" variant="default" onClick={onClose}>
            {t('board.recallCancel')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
