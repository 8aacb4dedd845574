"""What a merge of two suppliers does with the rows of this app: people keep what they have learnt."""

from suppliers.parts import Part, Rule

PARTS = [
    Part("training.Enrolment", Rule.MOVES, once=("session_id", "name", "email")),
    Part("training.SessionInvitation", Rule.MOVES, once=("session_id",)),
    Part("training.AuditorTie", Rule.MOVES),
]
