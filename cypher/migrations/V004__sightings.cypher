// What exact look-ups go by: a plate whose source names no jurisdiction, a plate that its publisher has hashed, a photograph's hash, a birth
// date (pointers), and the statements of people who compared photographs.
CREATE INDEX vehicle_number IF NOT EXISTS FOR (n:Vehicle) ON (n.registrationNumber);
CREATE INDEX vehicle_plate_hash IF NOT EXISTS FOR (n:Vehicle) ON (n.plateHash);
CREATE INDEX person_born IF NOT EXISTS FOR (n:Person) ON (n.birthDate);
CREATE INDEX read_photo_overview IF NOT EXISTS FOR ()-[r:READ_BY]-() ON (r.photoOverview);
CREATE INDEX read_photo_plate IF NOT EXISTS FOR ()-[r:READ_BY]-() ON (r.photoPlate);
CREATE CONSTRAINT verification_id IF NOT EXISTS FOR (n:Verification) REQUIRE n.id IS UNIQUE;
CREATE INDEX verification_sighting IF NOT EXISTS FOR (n:Verification) ON (n.sighting);
