// Runs the subject it is given and sends its tables to the process that started it.
import { isSubject, SUBJECTS } from './subjects.js';

const [name] = process.argv.slice(2);
if (!name || !isSubject(name)) throw new Error(`no subject is called ${name}`);
process.send!(await SUBJECTS[name]());
process.disconnect();
