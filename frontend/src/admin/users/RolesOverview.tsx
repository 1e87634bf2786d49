import type { AccessRole } from '@job-manager/shared/contract/roles';
import { type Permission, permissions, permissionsOf } from '@job-manager/shared/permissions';
import { userRoles } from '@job-manager/shared/roles';
import { IconCheck, IconMinus } from '@tabler/icons-react';
import { roleLabel } from '../../components/roles';
import { Section } from '../../ui/Section';
import classes from './RolesOverview.module.css';

const all = Object.keys(permissions) as Permission[];

/** The table that the server enforces, for people to read. */
export function RolesOverview({ roles }: { roles: readonly AccessRole[] }) {
  const columns: { key: string; label: string; allowed: readonly Permission[] }[] = [
    ...userRoles.map((role) => ({ key: role, label: roleLabel[role], allowed: permissionsOf[role] })),
    ...roles.map(({ id, name, permissions: allowed }) => ({ key: id, label: name, allowed })),
  ];
  return (
    <Section title="What each role may do">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways is scrolled by keyboard, too */}
      <section className={classes.scroll} tabIndex={0} aria-label="What each role may do, by permission">
        <table className={classes.table}>
          <caption className="visually-hidden">What each role may do</caption>
          <thead>
            <tr>
              <th scope="col">Permission</th>
              {columns.map(({ key, label }) => (
                <th key={key} scope="col">
                  <bdi>{label}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {all.map((permission) => (
              <tr key={permission}>
                <th scope="row">{permissions[permission]}</th>
                {columns.map(({ key, allowed }) => (
                  <td key={key}>{allowed.includes(permission) ? <Yes /> : <No />}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Section>
  );
}

const Yes = () => <IconCheck size={18} aria-label="yes" className={classes.yes} />;
const No = () => <IconMinus size={18} aria-label="no" className={classes.no} />;
