import { Button } from '@mantine/core';
import { useState } from 'react';
import { UrgencyTag } from '#client/directives/urgency-tag.tsx';
import { Dialog } from '#client/frame/dialog.tsx';
import { useWords } from '#client/words/language.ts';
import { DraftFacts } from './compose-preview.tsx';
import type { Draft } from './draft.ts';

/** The one step between writing and issuing. Hỏa tốc needs a tick, since it alarms everyone at once. */
export function ComposeSummary(props: {
  draft: Draft;
  issuing: boolean;
  onEdit: () => void;
  onConfirm: () => void;
}) {
  const { draft, issuing } = props;
  const { t } = useWords();
  const [ticked, setTicked] = useState(false);
  const flash = draft.urgency === 'hoa_toc';
  const everyone = draft.recipients.some(({ kind }) => kind === 'everyone');
  return (
    <Dialog title={t('compose.summary')} onClose={props.onEdit}>
      <form
        className="compose-summary"
        onSubmit={(event) => {
          event.preventDefault();
          if (!issuing && (ticked || !flash)) props.onConfirm();
        }}
      >
        <div>
          <UrgencyTag urgency={draft.urgency} />
        </div>
        <p className="preview-subject">{draft.subject}</p>
        <DraftFacts draft={draft} />
        {everyone && <p className="summary-warning">{t('compose.everyoneWarning')}</p>}
        <p className="page-note">{t('compose.summaryNote')}</p>
        {flash && (
          <label className="tick">
            <input
              type="checkbox"
              data-testid="compose-tick"
              checked={ticked}
              onChange={(event) => setTicked(event.currentTarget.checked)}
            />
            {t('compose.tick')}
          </label>
        )}
        <div className="dialog-acts">
          <Button
            type="submit"
            data-testid="compose-confirm"
            disabled={flash && !ticked}
            aria-disabled={issuing}
          >
            {issuing ? t('compose.issuing') : t('compose.issue')}
          </Button>
          <Button type="button" variant="default" disabled={issuing} onClick={props.onEdit}>
            {t('compose.edit')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
