import '@mantine/core/styles/Combobox.css';
import '@mantine/core/styles/Popover.css';
import '@mantine/core/styles/Pill.css';
import '@mantine/core/styles/PillsInput.css';
import '@mantine/core/styles/ScrollArea.css';
import './compose.css';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useLive, useMe } from '#client/frame/use-live.ts';
import { useTitle } from '#client/frame/use-title.ts';
import { Refusal } from '#client/live/http.ts';
import { addressCode } from '#client/words/fold.ts';
import { useWords } from '#client/words/language.ts';
import { clockTime } from '#client/words/time-phrase.ts';
import { ComposeForm } from './compose-form.tsx';
import { ComposePreview } from './compose-preview.tsx';
import { ComposeSummary } from './compose-summary.tsx';
import { attemptFor, faultsOf, requestOf, type Fault, type Field } from './draft.ts';
import { useDraft } from './use-draft.ts';

const fields: readonly Field[] = ['subject', 'text', 'recipients', 'dueAt', 'acknowledgeWithinMinutes'];

export function ComposePage() {
  const { t } = useWords();
  const me = useMe();
  useTitle(t('compose.title'));
  return (
    <div className="page page-scroll">
      <div className="page-head">
        <h1>{t('compose.title')}</h1>
      </div>
      {me.mayIssue ? <Composer accountId={me.accountId} /> : <p>{t('compose.notAllowed')}</p>}
    </div>
  );
}

function Composer({ accountId }: { accountId: string }) {
  const { t } = useWords();
  const { draft, change, drop, save, savedAt } = useDraft(accountId);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const form = useRef<HTMLFormElement>(null);
  const issue = useIssue();
  const [step, setStep] = useState<'writing' | 'checking' | 'issuing'>('writing');

  // Once the dialog is gone and the field is marked, the caret goes to what needs mending.
  const faulty = faults[0]?.field;
  useEffect(() => {
    if (faulty === undefined) return;
    form.current?.querySelector<HTMLElement>(`[data-field="${faulty}"] :is(input, textarea)`)?.focus();
  }, [faults, faulty]);

  const refuse = (found: readonly Fault[]) => {
    setFaults(found);
    setStep('writing');
  };
  const check = () => {
    const found = faultsOf(draft, new Date());
    if (found.length > 0) return refuse(found);
    setFaults([]);
    setStep('checking');
  };
  const confirm = () => {
    const attempt = attemptFor(draft, () => crypto.randomUUID());
    change({ attempt });
    save();
    setStep('issuing');
    issue(requestOf(draft), attempt.key).then(drop, (reason: unknown) => {
      const { code, field } = reason instanceof Refusal ? reason : new Refusal('internal');
      refuse([{ code, field: fields.find((each) => field === each || field?.startsWith(each) === true) }]);
    });
  };

  return (
    <div className="compose">
      <ComposeForm
        draft={draft}
        change={change}
        faults={faults}
        form={form}
        onIssue={check}
        savedTime={clockTime(savedAt ?? new Date())}
      >
        <span className="saved" role="status">
          {savedAt !== undefined && t('compose.saved', { time: clockTime(savedAt) })}
        </span>
        <button
          type="button"
          className="quiet-button"
          onClick={() => {
            drop();
            setFaults([]);
          }}
        >
          {t('compose.discard')}
        </button>
      </ComposeForm>
      <ComposePreview draft={draft} />
      {step !== 'writing' && (
        <ComposeSummary
          draft={draft}
          issuing={step === 'issuing'}
          onEdit={() => setStep('writing')}
          onConfirm={confirm}
        />
      )}
    </div>
  );
}

/** Issues, then shows the board of the new directive. */
function useIssue() {
  const live = useLive();
  const navigate = useNavigate();
  const queries = useQueryClient();
  return async (request: ReturnType<typeof requestOf>, key: string) => {
    const { id, code } = await live.commands.issue(request, key);
    // The board knows the directive by its code before the event of the issue has come.
    queries.setQueryData(['directive-id', addressCode(code)], id);
    void navigate({ to: '/board/$code', params: { code: addressCode(code) } });
  };
}
