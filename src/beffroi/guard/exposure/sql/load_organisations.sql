-- Every organisation; a few hundred.
SELECT id, code, name, kind, siret, active, contract_until, confirmed_agents, version, mac FROM guard.organisation
