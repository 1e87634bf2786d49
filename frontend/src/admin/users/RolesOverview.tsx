import { can, type Permission, permissions } from '@job-manager/shared/permissions';
import { userRoles } from '@job-manager/shared/roles';
import { IconCheck, IconMinus } from '@tabler/icons-react';
import { roleLabel } from '../../components/roles';
import { Section } from '../../ui/Section';
import classes from './RolesOverview.module.css';

const all = Object.keys(permissions) as Permission[];

/** The table that the server enforces, for people to read. */
export function RolesOverview() {
  return (
    <Section title="Roles">
      <details className={classes.fold}>
        <summary>What each role may do</summary>
        <table className={classes.table}>
          <caption className="visually-hidden">What each role may do</caption>
          <thead>
            <tr>
              <th scope="col">Permission</th>
              {userRoles.map((role) => (
                <th key={role} scope="col">
                  {roleLabel[role]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {all.map((permission) => (
              <tr key={permission}>
                <th scope="row">{permissions[permission]}</th>
                {userRoles.map((role) => (
                  <td key={role}>{can(role, permission) ? <Yes /> : <No />}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </Section>
  );
}

const Yes = () => <IconCheck size={18} aria-label="yes" className={classes.yes} />;
const No = () => <IconMinus size={18} aria-label="no" className={classes.no} />;
