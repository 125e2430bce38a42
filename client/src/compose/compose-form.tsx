import { Button, Kbd, Textarea, TextInput } from '@mantine/core';
import type { ReactNode, RefObject } from 'react';
import { Refusal } from '#client/live/http.ts';
import { useWords } from '#client/words/language.ts';
import { useRefusalWords } from '#client/words/refusal-words.ts';
import { toProvinceField } from '#client/words/time-phrase.ts';
import { roles, urgencies, type Draft, type Fault, type Field } from './draft.ts';
import { RecipientField } from './recipient-field.tsx';

export interface ComposeFormProps {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
  readonly faults: readonly Fault[];
  readonly form: RefObject<HTMLFormElement | null>;
  readonly savedTime: string;
  readonly onIssue: () => void;
  readonly children: ReactNode;
}

export function ComposeForm(props: ComposeFormProps) {
  const { draft, change, faults } = props;
  const { t } = useWords();
  const why = useRefusalWords();
  const say = (fault: Fault) =>
    fault.code === 'offline' ? t('compose.offline', { time: props.savedTime }) : why(new Refusal(fault.code));
  const faultAt = (field: Field) => {
    const fault = faults.find((each) => each.field === field);
    return fault === undefined ? undefined : say(fault);
  };
  return (
    <form
      className="compose-form"
      ref={props.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        props.onIssue();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && event.ctrlKey) {
          event.preventDefault();
          props.onIssue();
        } else if (event.key === 'Enter' && event.target instanceof HTMLInputElement) {
          // Enter in one field must not issue: only the button and Ctrl+Enter do.
          event.preventDefault();
        }
      }}
    >
      <FaultSummary faults={faults} say={say} />
      <div data-field="subject">
        <TextInput
          id="compose-subject"
          data-testid="compose-subject"
          label={t('compose.subject')}
          description={t('compose.subjectHint')}
          required
          maxLength={500}
          value={draft.subject}
          error={faultAt('subject')}
          onChange={(event) => change({ subject: event.currentTarget.value })}
        />
      </div>
      <div data-field="text">
        <Textarea
          id="compose-text"
          data-testid="compose-text"
          label={t('compose.text')}
          required
          rows={5}
          value={draft.text}
          error={faultAt('text')}
          onChange={(event) => change({ text: event.currentTarget.value })}
        />
      </div>
      <UrgencyChoice draft={draft} change={change} />
      <fieldset
        className="compose-recipients"
        data-field="recipients"
        data-fault={faultAt('recipients') !== undefined || undefined}
      >
        <legend>
          {t('compose.recipients')}{' '}
          <span className="asterisk" aria-hidden>
            *
          </span>
        </legend>
        {faultAt('recipients') !== undefined && <p className="fault">{faultAt('recipients')}</p>}
        {roles.map((role) => (
          <RecipientField
            key={role}
            role={role}
            chosen={draft.recipients}
            onChange={(recipients) => change({ recipients })}
          />
        ))}
      </fieldset>
      <Deadlines draft={draft} change={change} faultAt={faultAt} />
      <div className="compose-foot">
        <Button
          type="submit"
          size="md"
          data-testid="compose-issue"
          rightSection={<Kbd size="xs">Ctrl+Enter</Kbd>}
        >
          {t('compose.issue')}
        </Button>
        {props.children}
      </div>
    </form>
  );
}

function FaultSummary({ faults, say }: { faults: readonly Fault[]; say: (fault: Fault) => string }) {
  const { t } = useWords();
  if (faults.length === 0) return null;
  const names: Readonly<Record<Field, string>> = {
    subject: t('compose.subject'),
    text: t('compose.text'),
    recipients: t('compose.recipients'),
    dueAt: t('compose.due'),
    acknowledgeWithinMinutes: t('compose.acknowledgeWithin'),
  };
  return (
    <div className="fault-summary" role="alert">
      <strong>{t('compose.faults')}</strong>
      <ul>
        {faults.map((fault) => (
          <li key={`${fault.field ?? ''}-${fault.code}`}>
            {fault.field === undefined ? say(fault) : `${names[fault.field]}: ${say(fault)}`}
          </li>
        ))}
      </ul>
    </div>
  );
}

function UrgencyChoice({ draft, change }: Pick<ComposeFormProps, 'draft' | 'change'>) {
  const { t } = useWords();
  return (
    <fieldset className="urgencies">
      <legend>{t('urgency.label')}</legend>
      {urgencies.map((urgency) => (
        <label key={urgency} className="urgency">
          <input
            type="radio"
            name="urgency"
            data-testid={`compose-urgency-${urgency}`}
            checked={draft.urgency === urgency}
            onChange={() => change({ urgency })}
          />
          {t(urgency === 'hoa_toc' ? 'urgency.hoa_toc_note' : `urgency.${urgency}`)}
        </label>
      ))}
    </fieldset>
  );
}

function Deadlines(
  props: Pick<ComposeFormProps, 'draft' | 'change'> & { faultAt: (field: Field) => string | undefined },
) {
  const { draft, change, faultAt } = props;
  const { t } = useWords();
  return (
    <div className="deadlines">
      <div data-field="dueAt">
        <TextInput
          type="datetime-local"
          data-testid="compose-due"
          label={t('compose.due')}
          description={t('compose.dueHint')}
          min={toProvinceField(new Date())}
          value={draft.due}
          error={faultAt('dueAt')}
          onChange={(event) => change({ due: event.currentTarget.value })}
        />
      </div>
      <div data-field="acknowledgeWithinMinutes">
        <TextInput
          inputMode="numeric"
          data-testid="compose-acknowledge-within"
          label={t('compose.acknowledgeWithin')}
          description={t('compose.acknowledgeWithinHint')}
          value={draft.acknowledgeWithin}
          error={faultAt('acknowledgeWithinMinutes')}
          onChange={(event) => change({ acknowledgeWithin: event.currentTarget.value })}
        />
      </div>
    </div>
  );
}
