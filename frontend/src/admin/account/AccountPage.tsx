import { useSession } from '../../api/session';
import { roleNameOf } from '../../components/roles';
import { Page } from '../../ui/Page';
import { Section } from '../../ui/Section';
import { ChangePasswordForm } from './ChangePasswordForm';
import { SecondFactorSection } from './SecondFactorSection';
import { SessionsSection } from './SessionsSection';

/** One's own account. */
export function AccountPage() {
  const { data: user } = useSession();
  if (!user) return null;
  return (
    <Page title="Your account" lead={`${user.email} · ${roleNameOf(user)}`}>
      <Section title="Change password">
        <ChangePasswordForm email={user.email} />
      </Section>
      <SecondFactorSection user={user} />
      <SessionsSection />
    </Page>
  );
}
