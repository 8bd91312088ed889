-- validate_constraint s.Order's $guard$ %s Ck's

-- a constraint is valid as soon as it is there; nothing to do
