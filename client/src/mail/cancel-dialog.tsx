import { Button } from '@mantine/core';
import { useState } from 'react';
import type { OutboundView } from '#protocol/outbound-view.ts';
import { Dialog } from '#client/frame/dialog.tsx';
import { Refusal } from '#client/live/http.ts';
import { useWords } from '#client/words/language.ts';
import { useRefusalWords } from '#client/words/refusal-words.ts';
import { useOutboundAct } from './use-outbound.ts';

/** A delivery is given up for good; whether its sender is told of it is the decision here. */
export function CancelDialog({ row, onClose }: { row: OutboundView; onClose: () => void }) {
  const { t } = useWords();
  const why = useRefusalWords();
  const { act, busy } = useOutboundAct(row.id);
  // Who cancels their own knows of it.
  const [notice, setNotice] = useState(!row.mine);
  const [fault, setFault] = useState<string>();
  const cancel = () => {
    setFault(undefined);
    act('cancel', { notice }).then(
      (changed) => {
        if (!changed) return setFault(t('outbound.unchanged'));
        onClose();
        // The row goes from the list, and the focus must not be lost with it.
        document.getElementById('main')?.focus();
      },
      (refusal: Refusal) => setFault(t('act.failed', { reason: why(refusal) })),
    );
  };
  return (
    <Dialog title={t('outbound.cancelTitle')} onClose={onClose}>
      <form
        className="outbound-cancel"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) cancel();
        }}
      >
        <p>{t('outbound.cancelNote', { recipient: row.recipient })}</p>
        <label className="outbound-tick">
          <input
            type="checkbox"
            data-testid="outbound-notice"
            checked={notice}
            onChange={(event) => setNotice(event.currentTarget.checked)}
          />
          {t('outbound.cancelTell')}
        </label>
        {fault !== undefined && (
          <p className="mail-fault" role="alert">
            {fault}
          </p>
        )}
        <div className="dialog-acts">
          <Button
            type="submit"
            className="danger-button"
            data-testid="outbound-cancel-confirm"
            aria-disabled={busy}
          >
            {t('outbound.cancelConfirm')}
          </Button>
          <Button type="button" variant="default" onClick={onClose}>
            {t('outbound.cancelNot')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
