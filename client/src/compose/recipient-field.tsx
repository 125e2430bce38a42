import { Combobox, Pill, PillsInput, useCombobox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useState } from 'react';
import type { GroupView, PersonView, UnitView } from '#protocol/view.ts';
import { useLive, useMe } from '#client/frame/use-live.ts';
import { answersQuery } from '#client/words/fold.ts';
import { useWords } from '#client/words/language.ts';
import type { DraftRecipient, Role } from './draft.ts';

const typingPauseMs = 200;
const shownPerKind = 8;

interface Page<Item> {
  readonly items: readonly Item[];
}

interface Found {
  readonly people: readonly PersonView[];
  readonly units: readonly UnitView[];
  readonly groups: readonly GroupView[];
}

/** The recipients of one role: typed names, with or without marks, become chips. Only one may lead. */
export function RecipientField(props: {
  role: Role;
  chosen: readonly DraftRecipient[];
  onChange: (chosen: readonly DraftRecipient[]) => void;
}) {
  const { role, chosen } = props;
  const { t } = useWords();
  const me = useMe();
  const inputId = useId();
  const mine = chosen.filter((recipient) => recipient.role === role);
  const full = role === 'lead' && mine.length > 0;
  const everyone = mine.some(({ kind }) => kind === 'everyone');

  const add = (recipient: DraftRecipient) => props.onChange([...chosen, recipient]);
  const remove = (recipient: DraftRecipient) => props.onChange(chosen.filter((other) => other !== recipient));

  return (
    <div className="recipient-field">
      <label htmlFor={inputId} className="recipient-role">
        {t(`role.${role}`)}
        {role === 'lead' && <span className="label-note">{t('compose.leadNote')}</span>}
      </label>
      <RecipientSearch
        role={role}
        inputId={inputId}
        chosen={chosen}
        full={full}
        onAdd={add}
        pills={mine.map((recipient) => (
          <Pill
            key={`${recipient.kind}-${recipient.id ?? ''}`}
            size="md"
            className="recipient-pill"
            withRemoveButton
            removeButtonProps={{
              'aria-label': t('compose.remove', { name: recipient.name }),
              'aria-hidden': false,
              tabIndex: 0,
            }}
            onRemove={() => remove(recipient)}
          >
            {recipient.kind === 'everyone' ? t('compose.everyone') : recipient.name}
          </Pill>
        ))}
        onRemoveLast={() => {
          const last = mine.at(-1);
          if (last !== undefined) remove(last);
        }}
      />
      {me.mayIssueToEveryone && (
        <button
          type="button"
          className="quiet-button"
          data-testid={`compose-everyone-${role}`}
          disabled={everyone || full}
          onClick={() => add({ role, kind: 'everyone', name: t('compose.everyone') })}
        >
          + {t('compose.everyone')}
        </button>
      )}
    </div>
  );
}

function RecipientSearch(props: {
  role: Role;
  inputId: string;
  chosen: readonly DraftRecipient[];
  full: boolean;
  pills: React.ReactNode;
  onAdd: (recipient: DraftRecipient) => void;
  onRemoveLast: () => void;
}) {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const { found, options, failed } = useRecipientOptions(typed, props.role, props.chosen);

  const choose = (value: string) => {
    const option = options.find((each) => `${each.kind}:${each.id}` === value);
    if (option === undefined) return;
    props.onAdd(option);
    setTyped('');
    combobox.closeDropdown();
  };
  return (
    <Combobox store={combobox} withinPortal={false} position="bottom-start" onOptionSubmit={choose}>
      <Combobox.DropdownTarget>
        <PillsInput size="md" className="recipient-input" onClick={() => combobox.openDropdown()}>
          <Pill.Group>
            {props.pills}
            {!props.full && (
              <Combobox.EventsTarget>
                <PillsInput.Field
                  id={props.inputId}
                  data-testid={`compose-recipient-search-${props.role}`}
                  placeholder={t('compose.search')}
                  value={typed}
                  autoComplete="off"
                  spellCheck={false}
                  onFocus={() => combobox.openDropdown()}
                  onBlur={() => combobox.closeDropdown()}
                  onChange={(event) => {
                    setTyped(event.currentTarget.value);
                    combobox.openDropdown();
                    combobox.updateSelectedOptionIndex();
                  }}
                  onKeyDown={(event) => {
                    // A composing input method sends Backspace too: only an empty field gives its last chip back.
                    if (event.key !== 'Backspace' || event.nativeEvent.isComposing || typed !== '') return;
                    event.preventDefault();
                    props.onRemoveLast();
                  }}
                />
              </Combobox.EventsTarget>
            )}
          </Pill.Group>
        </PillsInput>
      </Combobox.DropdownTarget>
      <Combobox.Dropdown hidden={typed.trim() === '' || props.full}>
        <Combobox.Options className="recipient-options">
          <OptionGroup label={t('compose.groups')} options={options.filter(({ kind }) => kind === 'group')} />
          <OptionGroup label={t('compose.units')} options={options.filter(({ kind }) => kind === 'unit')} />
          <OptionGroup
            label={t('compose.people')}
            options={options.filter(({ kind }) => kind === 'person')}
          />
          {options.length === 0 && (
            <Combobox.Empty>
              {failed
                ? t('compose.searchFailed')
                : found === undefined
                  ? t('compose.searching')
                  : t('compose.nothing', { query: typed.trim() })}
            </Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

type Option = DraftRecipient & { readonly id: string };

function OptionGroup({ label, options }: { label: string; options: readonly Option[] }) {
  if (options.length === 0) return null;
  return (
    <Combobox.Group label={label}>
      {options.map((option) => (
        <Combobox.Option
          key={option.id}
          value={`${option.kind}:${option.id}`}
          data-testid="recipient-option"
          data-kind={option.kind}
        >
          <span className="option-name">{option.name}</span>
          {option.note !== undefined && <span className="option-note">{option.note}</span>}
        </Combobox.Option>
      ))}
    </Combobox.Group>
  );
}

/** What the directory has for the typed words; asked for after a pause in typing, and kept per query. */
function useRecipientOptions(typed: string, role: Role, chosen: readonly DraftRecipient[]) {
  const live = useLive();
  const { t } = useWords();
  const query = usePaused(typed.trim());
  const { data: found, isError: failed } = useQuery({
    queryKey: ['recipients', query],
    enabled: query !== '',
    queryFn: async ({ signal }): Promise<Found> => {
      const asked = `?query=${encodeURIComponent(query)}`;
      const [people, units, groups] = await Promise.all([
        live.askHub<Page<PersonView>>({ method: 'GET', path: `/people${asked}`, signal }),
        live.askHub<Page<UnitView>>({ method: 'GET', path: `/units${asked}`, signal }),
        live.askHub<Page<GroupView>>({ method: 'GET', path: `/groups${asked}`, signal }),
      ]);
      return { people: people.items, units: units.items, groups: groups.items };
    },
  });
  const taken = new Set(chosen.map(({ kind, id }) => `${kind}:${id ?? ''}`));
  const all: Option[] =
    found === undefined || typed.trim() === ''
      ? []
      : [
          ...found.groups
            .filter(({ name }) => answersQuery(name, query))
            .map(({ id, name, members }) => ({
              role,
              kind: 'group' as const,
              id,
              name,
              note: t('compose.groupOf', { count: members }),
            }))
            .slice(0, shownPerKind),
          ...found.units
            .map(({ id, name, parent }) => ({
              role,
              kind: 'unit' as const,
              id,
              name,
              ...(parent === undefined ? {} : { note: parent }),
            }))
            .slice(0, shownPerKind),
          ...found.people
            .map(({ id, name, title, unit }) => ({
              role,
              kind: 'person' as const,
              id,
              name: `${title} ${name}`,
              note: unit,
            }))
            .slice(0, shownPerKind),
        ];
  return { found, failed, options: all.filter(({ kind, id }) => !taken.has(`${kind}:${id}`)) };
}

function usePaused(value: string): string {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), typingPauseMs);
    return () => clearTimeout(timer);
  }, [value]);
  return paused;
}
