"""Every page of the product: its template, its headings in both languages, its address."""

from tests.browser.guard_sheets import GUARD
from tests.browser.sheet import Sheet

CONSOLE = {
    "welcome": Sheet("directory/welcome.html", "sous bonne garde", "in safe keeping", ""),
    "lost-return": Sheet("directory/lost_return.html", "n.a pas abouti", "did not succeed", "retour/"),
    "resume": Sheet("directory/resume.html", "identité est confirmée", "identity is confirmed", "retour/"),
    "choice": Sheet("directory/choice.html", "Pour qui travaillez-vous", "Who are you working for", "structures/"),
    "not-open": Sheet("directory/not_open.html", "pas encore ouvert", "not open yet", "structures/"),
    "no-habilitation": Sheet(
        "directory/not_open.html", "Aucune habilitation en cours", "No habilitation in force", "structures/"
    ),
    "not-here": Sheet(
        "directory/not_open.html", "Aucune habilitation dans cette application",
        "No habilitation in this application", "structures/",
    ),
    "attestation-ended": Sheet("directory/refused.html", "Attestation à renouveler", "Attestation to renew"),
    "training": Sheet("awareness/home.html", "Ma formation", "My training", "formation/"),
    "chapter": Sheet(
        "awareness/chapter.html", "Ce qui s.est passé", "What happened", "formation/cours/<int:number>/"
    ),
    "exam": Sheet("awareness/exam.html", "Examen de ma formation", "Exam of my training", "formation/examen/"),
    "exam-passed": Sheet("awareness/result.html", "Examen réussi", "Exam passed", "formation/examen/"),
    "exam-failed": Sheet("awareness/result.html", "Examen à repasser", "Exam to be taken again", "formation/examen/"),
    "account": Sheet("directory/account.html", "Mon compte", "My account", "mon-compte/"),
    "accessibility": Sheet("directory/accessibility.html", "Accessibilité", "Accessibility", "accessibilite/"),
    "session-over": Sheet("directory/session_over.html", "session est terminée", "session has ended"),
    "step-up": Sheet("directory/step_up.html", "Confirmez que c.est bien vous", "Confirm that it is you"),
    "budget": Sheet("directory/budget.html", "Volume de consultations atteint", "volume reached"),
    "refused": Sheet("directory/refused.html", "Compte suspendu", "Account suspended"),
    "unknown": Sheet("directory/unknown_person.html", "introuvable", "No such file", "personnes/<uuid:person>/"),
    "portfolio": Sheet("cases/portfolio.html", "Mon portefeuille", "My portfolio", "portefeuille/"),
    "organisation": Sheet(
        "cases/portfolio.html", "personnes de ma structure", "people of my organisation", "portefeuille/structure/"
    ),
    "own-organisation": Sheet(
        "cases/portfolio.html", "personnes de ma structure", "people of my organisation", "portefeuille/"
    ),
    "no-file": Sheet("cases/no_file.html", "pas ouverte à votre rôle", "not open to your role", "demarches/"),
    "search": Sheet("cases/search.html", "Rechercher une personne", "Search for a person", "recherche/"),
    "registration": Sheet("cases/registration.html", "Inscrire", "Register a person", "personnes/nouvelle/"),
    "file": Sheet("cases/file.html", "Inès Delaunay", "Inès Delaunay", "personnes/<uuid:person>/"),
    "break-glass": Sheet("cases/file.html", "Le Gall", "Le Gall", "personnes/<uuid:person>/urgence/"),
    "elsewhere": Sheet("cases/elsewhere.html", "ne suit pas cette", "does not follow", "personnes/<uuid:person>/"),
    "elsewhere-reason": Sheet(
        "cases/elsewhere.html", "ne suit pas cette", "does not follow", "personnes/<uuid:person>/urgence/"
    ),
    "restricted": Sheet(
        "cases/restricted.html", "limité à la demande", "restricted at the person", "personnes/<uuid:person>/"
    ),
    "restricted-reason": Sheet(
        "cases/restricted.html", "limité à la demande", "restricted at the person", "personnes/<uuid:person>/urgence/"
    ),
    "note": Sheet("cases/note.html", "Ajouter une note", "Add a note", "personnes/<uuid:person>/suivi/"),
    "note-correction": Sheet(
        "cases/note_correction.html", "Corriger une note", "Correct a note",
        "personnes/<uuid:person>/notes/<slug:group>/<int:number>/",
    ),
    "step": Sheet(
        "cases/step.html", "Convenir d.une démarche", "Agree on a step", "personnes/<uuid:person>/demarches/"
    ),
    "situation": Sheet(
        "cases/situation.html", "Situation dans le temps", "Situation over time",
        "personnes/<uuid:person>/situation/",
    ),
    "reception": Sheet("cases/reception.html", "Accueil du jour", "Reception today", "reception/"),
    "walk-in": Sheet(
        "cases/walk_in.html", "Arrivée sans rendez-vous", "Arrival without an appointment",
        "reception/sans-rendez-vous/<uuid:person>/",
    ),
    "representatives": Sheet(
        "cases/representatives.html", "Représentants légaux", "Legal representatives",
        "personnes/<uuid:person>/representants/",
    ),
    "payments": Sheet(
        "cases/payments.html", "Montants", "Amounts", "personnes/<uuid:person>/versements/"
    ),
    "due-steps": Sheet("cases/due_steps.html", "Démarches à suivre", "Steps to follow up", "demarches/"),
    "edit": Sheet(
        "cases/edit.html", "Coordonnées", "Contact details", "personnes/<uuid:person>/modifier/<slug:group>/"
    ),
    "edit-identity": Sheet(
        "cases/edit.html", "Identité", "Identity", "personnes/<uuid:person>/modifier/<slug:group>/"
    ),
    "appointments": Sheet("cases/appointments_week.html", "Mes rendez-vous$", "My appointments$", "rendez-vous/"),
    "appointments-day": Sheet(
        "cases/appointments_day.html", "Mes rendez-vous du jour", "My appointments for the day", "rendez-vous/jour/"
    ),
    "appointments-office": Sheet(
        "cases/appointments_day.html", "Rendez-vous de la structure", "Appointments of the organisation",
        "rendez-vous/structure/",
    ),
    "appointment": Sheet(
        "cases/appointment.html", "Un rendez-vous", "An appointment", "rendez-vous/<uuid:identifier>/"
    ),
    "appointment-postpone": Sheet(
        "cases/appointment.html", "Un rendez-vous", "An appointment", "rendez-vous/<uuid:identifier>/report/"
    ),
    "appointments-person": Sheet(
        "cases/appointments_person.html", "^Rendez-vous$", "^Appointments$", "personnes/<uuid:person>/rendez-vous/"
    ),
    "filtered": Sheet(
        "cases/filtered.html", "Mon portefeuille|Sans conseiller", "My portfolio|Without an adviser",
        "portefeuille/filtre/",
    ),
    "export": Sheet("cases/export.html", "Exporter une liste", "Export a list", "portefeuille/export/"),
    "exports": Sheet("cases/exports.html", "Fichiers demandés", "Requested exports", "portefeuille/fichiers/"),
    "copy": Sheet("incidents/copy.html", "Cette copie", "This copy", "consultations/copie/"),
    "copy-unknown": Sheet("incidents/home.html", "Qui a été lu", "Who was read", "consultations/copie/"),
    "glass": Sheet("detection/glass.html", "Ouvertures en urgence", "Openings by break-glass", "urgences/"),
    "glass-opening": Sheet(
        "detection/glass_opening.html", "Ouverture du", "Opening of", "urgences/<int:entry>/"
    ),
    "write": Sheet("cases/write.html", "Écrire à des personnes", "Write to people", "portefeuille/message/"),
    "messages": Sheet("cases/messages.html", "Messages envoyés", "Messages sent", "portefeuille/messages/"),
    "check": Sheet("transparency/check.html", "message vient-il de nous", "Is this message from us", "verifier/"),
    "statistics": Sheet("cases/statistics.html", "^Statistiques$", "^Statistics$", "statistiques/"),
    "statistics-network": Sheet(
        "cases/statistics_network.html", "^Statistiques du réseau$", "^Statistics of the network$",
        "statistiques/reseau/",
    ),
    "attachments": Sheet(
        "cases/attachments.html", "^Pièces jointes$", "^Attachments$", "personnes/<uuid:person>/pieces/"
    ),
    "attachment-removal": Sheet(
        "cases/attachment_removal.html", "Retirer cette pièce", "Remove this attachment",
        "personnes/<uuid:person>/pieces/<uuid:attachment>/retirer/",
    ),
    "progress": Sheet("cases/progress.html", "^Parcours$", "^Pathway$", "personnes/<uuid:person>/parcours/"),
    "hand": Sheet(
        "cases/hand.html", "Changer de conseiller", "Change adviser", "personnes/<uuid:person>/conseiller/"
    ),
    "hand-several": Sheet(
        "cases/hand_several.html", "Confier (à un collègue|tout un)", "Hand over (to a colleague|a whole)",
        "portefeuille/confier/",
    ),
    "hand-preview": Sheet(
        "cases/hand_preview.html", "Confier à Karim|Devenir (leur|son) référent",
        "Hand over to Karim|Become their adviser", "portefeuille/confier/",
    ),
    "covers": Sheet(
        "cases/covers.html", "Remplacer pendant une absence", "Cover an absence", "portefeuille/remplacements/"
    ),
    "give": Sheet(
        "cases/give.html", "Transférer vers", "Transfer to", "personnes/<uuid:person>/transferer/"
    ),
    "transfers": Sheet("cases/transfers.html", "^Transferts$", "^Transfers$", "transferts/"),
    "transfer": Sheet(
        "cases/transfer.html", "Transfert (vers|depuis)", "Transfer (to|from)",
        "transferts/<uuid:transfer>/",
    ),
    "person-requests": Sheet(
        "cases/person_requests.html", "Demandes des personnes", "People.s requests", "demandes-des-personnes/"
    ),
    "person-request": Sheet(
        "cases/person_request.html", "article", "article", "demandes-des-personnes/<uuid:identifier>/"
    ),
    "person-correction": Sheet(
        "cases/person_correction.html", "^Coordonnées$|^Suivi$", "^Contact|^Follow",
        "demandes-des-personnes/<uuid:identifier>/corriger/<slug:group>/",
    ),
    "person-correction-compare": Sheet(
        "cases/person_correction_compare.html", "Avant et après la correction", "Before and after the correction",
        "demandes-des-personnes/<uuid:identifier>/corriger/<slug:group>/",
    ),
    "person-request-words": Sheet(
        "cases/person_request_words.html", "Ce que la personne a écrit", "What the person wrote",
        "demandes-des-personnes/<uuid:identifier>/texte/",
    ),
    "person-erasure": Sheet(
        "cases/person_erasure.html", "Effacer le dossier", "Erase the file",
        "demandes-des-personnes/<uuid:identifier>/effacer/",
    ),
    "restriction": Sheet(
        "cases/restriction.html", "Limitation du traitement", "Restriction of processing",
        "demandes-des-personnes/<uuid:identifier>/limitation/",
    ),
    "restriction-lift": Sheet(
        "cases/restriction.html", "Limitation du traitement", "Restriction of processing",
        "demandes-des-personnes/limitations/<uuid:identifier>/",
    ),
    "restrictions": Sheet(
        "cases/restrictions.html", "Dossiers limités", "Restricted files", "demandes-des-personnes/limitations/"
    ),
    "person-request-new": Sheet(
        "cases/person_request_new.html", "Demande de la personne", "Request of the person",
        "personnes/<uuid:person>/droits/",
    ),
    "duplicate": Sheet(
        "cases/duplicate.html", "Dossier en double", "Duplicate file", "personnes/<uuid:person>/doublon/"
    ),
    "duplicate-compare": Sheet(
        "cases/duplicate_compare.html", "Réunir deux dossiers", "Merge two files",
        "personnes/<uuid:person>/doublon/<uuid:other>/",
    ),
    "duplicates": Sheet("cases/duplicates.html", "Dossiers réunis", "Merged files", "doublons/"),
    "duplicate-separate": Sheet(
        "cases/duplicate_separate.html", "Séparer ces deux dossiers", "Separate these two files",
        "doublons/<uuid:merge>/separer/",
    ),
    "requests": Sheet("habilitations/mine.html", "Demandes d.accès", "Requests for access", "demandes/"),
    "request-new": Sheet("habilitations/new.html", "Demander un accès", "Request access", "demandes/nouvelle/"),
    "request-batch": Sheet("habilitations/batch.html", "Plusieurs demandes", "Several requests", "demandes/lot/"),
    "request-batch-sent": Sheet(
        "habilitations/batch_sent.html", "Demandes transmises", "Requests sent", "demandes/lot/"
    ),
    "request": Sheet(
        "habilitations/request.html", "Demande d.accès", "Request for access", "demandes/<uuid:identifier>/"
    ),
    "request-delay": Sheet(
        "habilitations/request.html", "Affichage différé", "Delayed display", "demandes/<uuid:identifier>/"
    ),
    "request-identity": Sheet(
        "habilitations/request.html", "Nouvelle preuve d.identité", "New proof of identity",
        "demandes/<uuid:identifier>/",
    ),
    "lost-factor": Sheet(
        "habilitations/lost.html", "Second facteur perdu", "Second factor lost", "demandes/identite/"
    ),
    "request-provider": Sheet(
        "habilitations/request.html", "^Fournisseur d.identité$", "^Identity provider$",
        "demandes/<uuid:identifier>/",
    ),
    "providers": Sheet(
        "habilitations/providers.html", "^Fournisseurs d.identité$", "^Identity providers$", "demandes/fournisseurs/"
    ),
    "provider-new": Sheet(
        "habilitations/provider_new.html", "Demander un fournisseur d.identité", "Request an identity provider",
        "demandes/fournisseurs/nouveau/",
    ),
    "provider-out": Sheet(
        "habilitations/provider_out.html", "Retirer un fournisseur d.identité", "Withdraw an identity provider",
        "demandes/fournisseurs/retrait/",
    ),
    "admissions": Sheet(
        "habilitations/admissions.html", "Venues de l.annuaire", "From the directory", "demandes/annuaire/"
    ),
    "admission": Sheet(
        "habilitations/take_up.html", "Compléter la demande de l.annuaire", "Complete the directory.s request",
        "demandes/annuaire/<uuid:identifier>/",
    ),
    "admission-dismiss": Sheet(
        "habilitations/dismiss.html", "Ne pas donner suite pour", "No request for",
        "demandes/annuaire/<uuid:identifier>/sans-suite/",
    ),
    "queue": Sheet("habilitations/queue.html", "Demandes à décider", "Requests to decide", "approbations/"),
    "arrivals": Sheet("habilitations/arrivals.html", "Arrivées", "Arrivals", "arrivees/"),
    "leavers": Sheet("leavers/people.html", "^Départs$", "^Departures$", "departs/"),
    "leave": Sheet("leavers/leave.html", "a quitté la structure", "left the organisation", "departs/<uuid:account>/"),
    "leavers-waiting": Sheet(
        "leavers/waiting.html", "attente de réponse", "waiting for an answer", "departs/attente/"
    ),
    "leavers-file": Sheet("leavers/file.html", "Départs par fichier", "Departures by file", "departs/fichier/"),
    "erasures": Sheet("erasing/lists.html", "^Dossiers à effacer$", "^Files to erase$", "effacements/"),
    "erasure-list": Sheet(
        "erasing/list.html", "^Dossiers à effacer.: Mission", "^Files to erase: Mission",
        "effacements/<uuid:list_>/",
    ),
    "erasure-hold": Sheet(
        "erasing/hold.html", "^Retenir le dossier", "^Hold the file",
        "effacements/<uuid:list_>/retenir/<uuid:person>/",
    ),
    "accounts": Sheet("exposure/inventory.html", "Comptes et exposition", "Accounts and exposure", "comptes/"),
    "one-account": Sheet(
        "exposure/account.html",
        "Camille Moreau|Philippe Garnier",
        "Camille Moreau|Philippe Garnier",
        "comptes/<uuid:account>/",
    ),
    "end-application": Sheet(
        "exposure/end.html", "^Retirer .* à Camille Moreau", "^Take .* away from Camille Moreau",
        "comptes/<uuid:account>/<uuid:habilitation>/<slug:application>/",
    ),
    "live": Sheet("detection/live.html", "Consultations en direct", "Consultations live", "direct/"),
    "journal": Sheet("detection/entries.html", "^Journal$", "^Journal$", "journal/"),
    "journal-entry": Sheet("detection/entry.html", "Entrée n° ", "Entry no. ", "journal/<int:number>/"),
    "campaigns": Sheet("reviews/campaigns.html", "Revues des habilitations", "Reviews of habilitations", "revues/"),
    "review": Sheet("reviews/sheet.html", "Revue de Mission", "Review of Mission", "revues/<uuid:campaign>/"),
    "containment": Sheet("containment/home.html", "^Confinement", "^Containment", "confinement/"),
    "containment-refused": Sheet("containment/home.html", "^Confinement", "^Containment", "confinement/apercu/"),
    "containment-cost": Sheet("containment/preview.html", "Lignée.: Odile", "Line: Odile", "confinement/apercu/"),
    "containment-files": Sheet(
        "containment/preview.html", "Dossiers.: tous les", "Files: all training", "confinement/apercu/"
    ),
    "containment-everything": Sheet(
        "containment/preview.html", "Tout le réseau", "The whole network", "confinement/apercu/"
    ),
    "containment-history": Sheet(
        "containment/history.html",
        "Historique des confinements",
        "History of containments",
        "confinement/historique/",
    ),
    "readings": Sheet("incidents/home.html", "Qui a été lu", "Who was read", "consultations/"),
    "readings-refused": Sheet(
        "incidents/home.html", "Qui a été lu", "Who was read", "consultations/personnes/"
    ),
    "people-read": Sheet(
        "incidents/readers.html", "personnes? lues?$", "(person|people) read$", "consultations/personnes/"
    ),
    "openings": Sheet(
        "incidents/read_by.html", "ouvertures? de ce dossier", "openings? of this file", "consultations/une-personne/"
    ),
    "own-space": Sheet(
        "transparency/home.html", "Qui a consulté mon dossier", "Who consulted my file", "mon-espace/"
    ),
    "own-consultations": Sheet(
        "transparency/consultations.html", "Qui a consulté mon dossier", "Who consulted my file",
        "mon-espace/consultations/",
    ),
    "own-report": Sheet(
        "transparency/report.html", "Signaler une consultation", "Report a consultation", "mon-espace/signaler/"
    ),
    "own-identity": Sheet(
        "transparency/refused.html", "prouver votre identité", "must be proven", "mon-espace/dossier/"
    ),
    "own-file": Sheet("transparency/own_file.html", "^Mon dossier$", "^My file$", "mon-espace/dossier/"),
    "invite": Sheet(
        "transparency/invite.html", "Remettre un code", "Hand over a code", "personnes/<uuid:person>/code-d-acces/"
    ),
    "invited": Sheet(
        "transparency/invited.html", "Code à remettre", "Code to hand over", "personnes/<uuid:person>/code-d-acces/"
    ),
    "breaches": Sheet(
        "incidents/breaches.html", "Violations déclarées", "Declared breaches", "consultations/violations/"
    ),
    "breach-declare": Sheet(
        "incidents/declare.html", "Déclarer une violation", "Declare a data breach",
        "consultations/violations/declarer/",
    ),
    "request-breach": Sheet(
        "habilitations/request.html", "Déclaration d.une violation", "Declaration of a data breach",
        "demandes/<uuid:identifier>/",
    ),
    "own-dates": Sheet(
        "transparency/own_dates.html", "Mes rendez-vous et mes formations", "My appointments and my training courses",
        "mon-espace/rendez-vous/",
    ),
    "own-documents": Sheet(
        "transparency/own_documents.html", "^Mes documents$", "^My documents$", "mon-espace/documents/"
    ),
    "own-document-gone": Sheet(
        "transparency/refused.html", "introuvable", "not found", "mon-espace/documents/telecharger/"
    ),
    "own-breaches": Sheet(
        "transparency/own_breaches.html", "Violations de données", "Data breaches", "mon-espace/violations/"
    ),
    "delays": Sheet(
        "transparency/delays.html", "Consultations montrées plus tard", "Consultations shown later",
        "signalements/differes/",
    ),
    "own-requests": Sheet(
        "transparency/own_requests.html", "^Mes demandes$", "^My requests$", "mon-espace/demandes/"
    ),
    "own-presence": Sheet(
        "transparency/own_presence.html", "Je suis à l.accueil", "I am at the desk", "mon-espace/accueil/"
    ),
    "own-presence-code": Sheet(
        "transparency/presence_code.html", "Montrez ce code", "Show this code", "mon-espace/accueil/"
    ),
    "by-presence": Sheet(
        "cases/by_presence.html", "La personne est là", "The person is here", "personnes/presence/"
    ),
    "own-reports": Sheet(
        "transparency/own_reports.html", "Mes signalements", "My reports", "mon-espace/signalements/"
    ),
    "own-refused": Sheet("transparency/refused.html", "Preuve pas encore prête", "Proof not ready yet"),
    "own-over": Sheet("transparency/refused.html", "Session terminée", "Session ended"),
    "own-lost": Sheet(
        "transparency/lost_return.html", "lien ne sert plus", "no longer works", "mon-espace/retour/"
    ),
    "reports": Sheet(
        "transparency/reports.html", "ne reconnaissent pas", "do not recognise", "signalements/"
    ),
    "partners": Sheet("partners/list.html", "^Partenaires$", "^Partners$", "partenaires/"),
    "partner": Sheet(
        "partners/partner.html", "Mission Locale", "Mission Locale", "partenaires/<uuid:organisation>/"
    ),
    "partner-contract": Sheet(
        "partners/contract.html", "le contrat$", "the contract$", "partenaires/<uuid:organisation>/contrat/"
    ),
    "partner-new": Sheet("partners/contract.html", "Nouveau partenaire", "New partner", "partenaires/nouveau/"),
    "partner-end": Sheet(
        "partners/end.html", "Mettre fin au contrat", "End the contract", "partenaires/<uuid:organisation>/fin/"
    ),
    "partner-list": Sheet(
        "partners/checklist.html", "Liste d.entrée", "Onboarding list",
        "partenaires/<uuid:organisation>/listes/<slug:wanted>/",
    ),
    "audit": Sheet("partners/audit.html", "^Audit$", "^Audit$", "partenaires/audits/<uuid:identifier>/"),
    "roster": Sheet("partners/roster.html", "^Annuaire$", "^Roster$", "partenaires/<uuid:organisation>/annuaire/"),
    "not-found": Sheet("ui/error_page.html", "n.existe pas", "does not exist"),
    "catalogue": Sheet(
        "prescriptions/catalogue.html", "Catalogue des formations", "Training catalogue", "catalogue/"
    ),
    "session": Sheet(
        "prescriptions/session.html", "CAP cuisine|Préparation aux", "CAP cuisine|Préparation aux",
        "catalogue/<uuid:session>/",
    ),
    "choose": Sheet(
        "prescriptions/choose.html", "À qui prescrire", "To whom is this session",
        "catalogue/<uuid:session>/prescrire/",
    ),
    "send": Sheet(
        "prescriptions/send.html", "Prescrire cette session", "Prescribe this session",
        "catalogue/<uuid:session>/prescrire/<uuid:person>/",
    ),
    "sent": Sheet("prescriptions/list.html", "^Mes prescriptions$", "^My prescriptions$", "prescriptions/"),
    "sent-one": Sheet(
        "prescriptions/sent_one.html", "^Prescription$", "^Prescription$", "prescriptions/<uuid:prescription>/"
    ),
    "prescriptions-of": Sheet(
        "prescriptions/of_person.html", "Formations prescrites", "Training prescribed",
        "personnes/<uuid:person>/prescriptions/",
    ),
    "received": Sheet(
        "prescriptions/list.html", "Prescriptions reçues", "Prescriptions received", "prescriptions/recues/"
    ),
    "received-one": Sheet(
        "prescriptions/received_one.html", "Prescription reçue", "Prescription received",
        "prescriptions/recues/<uuid:prescription>/",
    ),
    "sessions": Sheet("prescriptions/sessions.html", "^Mes sessions$", "^My sessions$", "sessions/"),
    "session-new": Sheet(
        "prescriptions/session_form.html", "^Nouvelle session$", "^New session$", "sessions/nouvelle/"
    ),
    "session-change": Sheet(
        "prescriptions/session_form.html", "Modifier la session", "Edit the session",
        "sessions/<uuid:session>/modifier/",
    ),
    "session-cancel": Sheet(
        "prescriptions/cancel.html", "Annuler la session", "Cancel the session", "sessions/<uuid:session>/annulation/"
    ),
    "sessions-file": Sheet(
        "prescriptions/file.html", "Importer un fichier", "Import a file", "sessions/fichier/"
    ),
    "trainees": Sheet("trainings/trainees.html", "^Stagiaires$", "^Trainees$", "stagiaires/"),
    "trainee": Sheet(
        "trainings/trainee.html", "Suivi d.un stagiaire", "Follow-up of a trainee", "stagiaires/<uuid:prescription>/"
    ),
    "board": Sheet("trainings/board.html", "^Présences$", "^Attendance$", "presences/"),
    "calendar": Sheet(
        "trainings/calendar.html", "Calendrier de la session", "Calendar of the session", "presences/<uuid:session>/"
    ),
    "sheet": Sheet(
        "trainings/sheet.html", "Feuille de présence", "Attendance sheet", "presences/<uuid:session>/<str:day>/"
    ),
    "quotes": Sheet("invoicing/list.html", "^Devis$", "^Quotes$", "devis/"),
    "quote-choose": Sheet("invoicing/choose.html", "^Nouveau devis$", "^New quote$", "devis/nouveau/"),
    "quote-new": Sheet("invoicing/form.html", "^Nouveau devis$", "^New quote$", "devis/nouveau/<uuid:session>/"),
    "quote-change": Sheet(
        "invoicing/form.html", "^Modifier le devis$", "^Edit the quote$", "devis/<uuid:quote>/modifier/"
    ),
    "quote": Sheet("invoicing/quote.html", "^Devis", "^(Draft quote|Quote)", "devis/<uuid:quote>/"),
    "invoices": Sheet("invoicing/list.html", "^Factures$", "^Invoices$", "devis/factures/"),
    "invoice": Sheet(
        "invoicing/invoice.html", "^Facture", "^(Draft invoice|Invoice)", "devis/factures/<uuid:invoice>/"
    ),
    "particulars": Sheet(
        "invoicing/particulars.html", "^Mentions légales$", "^Legal particulars$", "devis/mentions-legales/"
    ),
    "guard-down": Sheet("cases/without_guard.html", "garde ne répond pas", "guard is not answering"),
}  # fmt: skip
PAGES = CONSOLE | GUARD
