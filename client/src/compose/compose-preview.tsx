import { UrgencyTag } from '#client/directives/urgency-tag.tsx';
import { useMe } from '#client/frame/use-live.ts';
import { useWords } from '#client/words/language.ts';
import { dayAndTime, fromProvinceTime } from '#client/words/time-phrase.ts';
import { roles, type Draft } from './draft.ts';

/** What the recipients will see, beside the form. */
export function ComposePreview({ draft }: { draft: Draft }) {
  const { t } = useWords();
  const me = useMe();
  return (
    <aside className="compose-preview" aria-label={t('compose.seen')}>
      <h2>{t('compose.seen')}</h2>
      <UrgencyTag urgency={draft.urgency} />
      <p className="preview-subject">
        {draft.subject.trim() === '' ? t('compose.subjectMissing') : draft.subject}
      </p>
      <p className="preview-from">
        {me.title} {me.name} · {me.unit}
      </p>
      <DraftFacts draft={draft} />
    </aside>
  );
}

/** Who gets it and by when; the same lines beside the form and in the step before issuing. */
export function DraftFacts({ draft }: { draft: Draft }) {
  const { t } = useWords();
  const due = draft.due === '' ? undefined : fromProvinceTime(draft.due);
  return (
    <dl className="facts">
      {roles.map((role) => {
        const named = draft.recipients.filter((recipient) => recipient.role === role);
        if (named.length === 0) return null;
        return (
          <div key={role}>
            <dt>{t(`role.${role}`)}</dt>
            <dd>
              {named.map((recipient) => (
                <span key={`${recipient.kind}-${recipient.id ?? ''}`} className="draft-recipient">
                  {recipient.kind === 'everyone' ? t('compose.everyone') : recipient.name}
                  {recipient.note !== undefined && <span className="fact-more">{recipient.note}</span>}
                </span>
              ))}
            </dd>
          </div>
        );
      })}
      <div>
        <dt>{t('panel.due')}</dt>
        <dd>{due === undefined ? t('time.noDeadline') : dayAndTime(due)}</dd>
      </div>
      {draft.acknowledgeWithin.trim() !== '' && (
        <div>
          <dt>{t('compose.acknowledgeWithin')}</dt>
          <dd>{draft.acknowledgeWithin}</dd>
        </div>
      )}
    </dl>
  );
}
