import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useLive } from '#client/frame/use-live.ts';
import { Refusal } from '#client/live/http.ts';
import { useWords } from '#client/words/language.ts';
import { useRefusalWords } from '#client/words/refusal-words.ts';

const longWaitSeconds = 60;

/** Address and password; paste and password managers are welcome, and there is no puzzle. */
export function SignInForm({ knownAddress }: { knownAddress?: string }) {
  const { t } = useWords();
  const live = useLive();
  const refusalWords = useRefusalWords();
  const [address, setAddress] = useState(knownAddress ?? '');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refusal>();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefused(undefined);
    live
      .signIn(address.trim(), password)
      .catch((reason: unknown) => setRefused(reason instanceof Refusal ? reason : new Refusal('internal')))
      .finally(() => setBusy(false));
  };
  const why = () => {
    if (refused === undefined) return undefined;
    if (refused.code === 'offline') return t('signIn.offline');
    if (refused.code === 'too_many_attempts')
      return t('signIn.tooMany', { count: refused.retryAfterSeconds ?? longWaitSeconds });
    if (refused.code === 'wrong_credentials' || refused.code === 'bad_input') return t('signIn.wrong');
    return refusalWords(refused);
  };

  return (
    <form className="sign-in" onSubmit={submit}>
      <TextInput
        data-testid="sign-in-address"
        label={t('signIn.address')}
        placeholder={t('signIn.addressHint')}
        name="address"
        type="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        autoFocus={knownAddress === undefined}
        value={address}
        onChange={(event) => setAddress(event.currentTarget.value)}
      />
      <PasswordInput
        data-testid="sign-in-password"
        label={t('signIn.password')}
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        data-autofocus={knownAddress !== undefined || undefined}
        visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {refused !== undefined && (
        <p className="fault" role="alert">
          {why()}
        </p>
      )}
      <Button type="submit" size="md" data-testid="sign-in-submit" aria-disabled={busy}>
        {t('signIn.submit')}
      </Button>
    </form>
  );
}
