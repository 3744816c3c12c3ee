// validate.js SCHEMA FILE...: strict check of SARIF files; node_modules has ajv.
'use strict';
const fs = require('fs');
const Ajv = require('ajv');
const schema = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
delete schema.$schema; // names a draft that ajv does not have; the keywords are older
const ajv = new Ajv({strict: false, allErrors: true});
require('ajv-formats')(ajv);
const valid = ajv.compile(schema);
let bad = 0;
for (const file of process.argv.slice(3)) {
  if (!valid(JSON.parse(fs.readFileSync(file, 'utf8')))) {
    bad++;
    console.log(file, JSON.stringify(valid.errors.slice(0, 5), null, 1));
  }
}
console.log(`${process.argv.length - 3} files, ${bad} invalid`);
process.exit(bad ? 1 : 0);
